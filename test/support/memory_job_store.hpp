#pragma once
// The port `job_store` in memory, for tests of whatever needs a store. test/conformance holds it to
// the same suite as the store on disk. Thread-safe; commits can be told to fail.

#include "actors/ports/job_store.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claw {

class memory_job_store final : public job_store {
public:
  mutable std::size_t event_bytes_told = 0; ///< how much data of events was read

  /// The next `commits` commits change nothing and answer `why`.
  void fail_next(std::size_t commits, failure why) {
    const std::lock_guard lock{mutex_};
    faults_left_ = commits;
    fault_ = std::move(why);
  }

  /// As a full store: what creates a job is refused, until it is told otherwise.
  void refuse_new_jobs(bool refuse) {
    const std::lock_guard lock{mutex_};
    refuses_new_jobs_ = refuse;
  }

  /// Commits that were made durable, each a whole batch.
  std::size_t commits() const {
    const std::lock_guard lock{mutex_};
    return commits_;
  }

  outcome<done> commit(const std::vector<job_change>& changes) override {
    const std::lock_guard lock{mutex_};
    if (faults_left_ > 0) {
      --faults_left_;
      return fault_;
    }
    if (refuses_new_jobs_ && std::any_of(changes.begin(), changes.end(), creates))
      return failure{ec::store_full, "the store was told to be full"};
    for (const auto& x : changes)
      apply(x);
    ++commits_;
    return done{};
  }

  outcome<std::optional<job>> find(const job_id& id) const override {
    const std::lock_guard lock{mutex_};
    const auto i = rows_.find(id);
    return i == rows_.end() ? std::nullopt : std::optional{i->second.head};
  }

  outcome<std::optional<job_document>> document(const job_id& id) const override {
    const std::lock_guard lock{mutex_};
    const auto i = rows_.find(id);
    if (i == rows_.end())
      return std::optional<job_document>{};
    const auto& row = i->second;
    return std::optional{job_document{row.head, row.text(job_text::payload).value_or(""),
                                      row.text(job_text::result), row.text(job_text::error)}};
  }

  outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const override {
    const std::lock_guard lock{mutex_};
    const auto i = rows_.find(id);
    return i == rows_.end() ? std::nullopt : i->second.text(kind);
  }

  outcome<std::optional<text_beginning>> beginning(const job_id& id, job_text kind,
                                                   std::size_t bytes_max) const override {
    auto whole = *text(id, kind);
    return whole ? std::optional{text_beginning{whole->substr(0, bytes_max), whole->size()}} : std::nullopt;
  }

  outcome<std::size_t> text_bytes(const job_id& id) const override {
    const std::lock_guard lock{mutex_};
    std::size_t sum = 0;
    if (const auto i = rows_.find(id); i != rows_.end())
      for (auto kind : {job_text::payload, job_text::result, job_text::error})
        sum += i->second.text(kind).value_or("").size();
    return sum;
  }

  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const override {
    const std::lock_guard lock{mutex_};
    std::vector<job_event> found;
    if (const auto i = rows_.find(id); i != rows_.end())
      for (auto e = i->second.events.upper_bound(after); e != i->second.events.end() && !slice.full(); ++e) {
        slice.take(e->second.data_json.size());
        event_bytes_told += e->second.data_json.size();
        found.push_back(e->second);
      }
    return found;
  }

  outcome<done> each_open(const std::function<void(const job&)>& visit) const override {
    std::vector<job> open; // the visitor may call the store again
    {
      const std::lock_guard lock{mutex_};
      for (const auto& [id, row] : rows_)
        if (!is_terminal(row.head.status))
          open.push_back(row.head);
    }
    std::for_each(open.begin(), open.end(), visit);
    return done{};
  }

  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before,
                         std::size_t limit) const override {
    const std::lock_guard lock{mutex_};
    job_page page;
    if (limit == 0)
      return page;
    auto i = before ? rows_.lower_bound(*before) : rows_.end();
    while (i != rows_.begin()) {
      if (page.jobs.size() >= limit) {
        page.next = i->first;
        break;
      }
      --i;
      if (passes(filter, i->second.head))
        page.jobs.push_back(i->second.head);
    }
    return page;
  }

  outcome<job_page> oldest(std::optional<job_id> after, std::size_t limit) const override {
    const std::lock_guard lock{mutex_};
    job_page page;
    for (auto i = after ? rows_.upper_bound(*after) : rows_.begin(); i != rows_.end(); ++i) {
      if (page.jobs.size() >= limit) {
        page.next = page.jobs.empty() ? after : page.jobs.back().id;
        break;
      }
      page.jobs.push_back(i->second.head);
    }
    return page;
  }

  outcome<done> erase(const std::vector<job_id>& ids) override {
    const std::lock_guard lock{mutex_};
    if (faults_left_ > 0) {
      --faults_left_;
      return fault_;
    }
    for (const auto& id : ids)
      rows_.erase(id);
    return done{};
  }

  outcome<job_id> newest() const override {
    const std::lock_guard lock{mutex_};
    return rows_.empty() ? job_id{} : rows_.rbegin()->first;
  }

  outcome<store_usage> usage() const override {
    const std::lock_guard lock{mutex_};
    store_usage x;
    x.jobs = rows_.size();
    x.takes_new_jobs = !refuses_new_jobs_;
    for (const auto& [id, row] : rows_) {
      x.open_jobs += !is_terminal(row.head.status);
      x.job_bytes += sizeof row.head + row.events.size() * sizeof(job_event);
      for (const auto& [kind, text] : row.texts)
        x.job_bytes += text.size();
    }
    return x;
  }

private:
  struct stored_job {
    job head;
    std::map<job_text, std::string> texts;
    std::map<uint64_t, job_event> events;

    std::optional<std::string> text(job_text kind) const {
      const auto i = texts.find(kind);
      return i == texts.end() ? std::nullopt : std::optional{i->second};
    }
  };

  static bool creates(const job_change& x) {
    return std::any_of(x.events.begin(), x.events.end(),
                       [](const job_event& e) { return e.kind == job_event_kind::created; });
  }

  static bool passes(const job_filter& f, const job& x) {
    return (!f.status || *f.status == x.status) && (f.command.empty() || f.command == x.command)
           && (f.worker_id.empty() || f.worker_id == x.worker_id)
           && (f.requester.empty() || f.requester == x.requester)
           && (f.owner.empty() || f.owner == x.owner);
  }

  void apply(const job_change& x) {
    auto& row = rows_[x.after.id];
    row.head = x.after;
    for (const auto& e : x.events)
      row.events.insert_or_assign(e.sequence, e);
    for (const auto& [kind, text] : x.texts)
      if (text)
        row.texts.insert_or_assign(kind, *text);
      else
        row.texts.erase(kind);
  }

  mutable std::mutex mutex_;
  std::map<job_id, stored_job> rows_;
  std::size_t commits_ = 0;
  std::size_t faults_left_ = 0;
  failure fault_;
  bool refuses_new_jobs_ = false;
};

} // namespace claw
