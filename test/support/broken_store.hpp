#pragma once
// A store that has a bug on demand.

#include "test/support/memory_job_store.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

namespace claw {

/// A store whose reading or writing can be made to throw, which no store does: a bug of ours.
class broken_store final : public job_store {
public:
  explicit broken_store(memory_job_store& real) : real_(real) {}

  outcome<done> commit(const std::vector<job_change>& changes) override {
    ++commits;
    fire(on_commit);
    const bool creates = std::any_of(changes.begin(), changes.end(), creates_job);
    if (refuses_all || (refuses_creates && creates))
      return failure{ec::store_full, "the disk is full"};
    auto result = real_.commit(changes);
    if (auto seen = std::exchange(after_commit, nullptr))
      seen();
    return result;
  }
  outcome<std::optional<job>> find(const job_id& id) const override {
    fire(on_find);
    return real_.find(id);
  }
  outcome<std::optional<job_document>> document(const job_id& id) const override {
    return real_.document(id);
  }
  outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const override {
    fire(on_text);
    if (unreadable == id)
      return failure{ec::store_broken, "a checksum is wrong"};
    return real_.text(id, kind);
  }
  outcome<std::optional<text_beginning>> beginning(const job_id& id, job_text kind,
                                                   std::size_t bytes_max) const override {
    return real_.beginning(id, kind, bytes_max);
  }
  outcome<std::size_t> text_bytes(const job_id& id) const override { return real_.text_bytes(id); }
  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const override {
    return real_.events(id, after, slice);
  }
  outcome<done> each_open(const std::function<void(const job&)>& visit) const override {
    fire(on_load);
    return real_.each_open(visit);
  }
  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before,
                         std::size_t limit) const override {
    return real_.list(filter, before, limit);
  }
  outcome<job_page> oldest(std::optional<job_id> after, std::size_t limit) const override {
    return real_.oldest(after, limit);
  }
  outcome<job_id> newest() const override { return real_.newest(); }
  outcome<store_usage> usage() const override { return real_.usage(); }
  outcome<done> erase(const std::vector<job_id>& ids) override {
    if (auto seen = std::exchange(before_erase, nullptr))
      seen();
    if (refuses_all)
      return failure{ec::store_full, "the disk is full"};
    return real_.erase(ids);
  }

  /// Never throws: for those who watch.
  std::optional<job> find_quietly(const job_id& id) const { return *real_.find(id); }

  // How often each of them throws from now on.
  mutable int on_commit = 0, on_find = 0, on_text = 0, on_load = 0;
  std::optional<job_id> unreadable;
  bool refuses_creates = false; ///< as on a full disk
  bool refuses_all = false;
  unsigned commits = 0;
  std::function<void()> after_commit; ///< called once, before anybody is told of the commit
  std::function<void()> before_erase; ///< called once

private:
  static void fire(int& times) {
    if (times > 0) {
      --times;
      throw std::runtime_error("a bug");
    }
  }

  memory_job_store& real_;
};

} // namespace claw
