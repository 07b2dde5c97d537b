#include "storage/store_transfer.hpp"

#include "actors/domain/job_soundness.hpp"
#include "storage/job_codec.hpp"
#include "storage/journaled_job_store.hpp"
#include "storage/store_part.hpp"

#include <memory>
#include <set>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

// A commit of an import ends with the first of the two.
constexpr std::size_t batch_jobs_max = 512;
constexpr std::size_t batch_bytes_max = std::size_t{8} << 20;

/// @pre problems_of(x) is empty
outcome<job_change> whole_job(const stored_job& x) {
  auto head = decode_job(x.id, x.record.value_or(""));
  if (!head)
    return head.error();
  job_change whole{*std::move(head), {}, {}};
  for (const auto& e : x.events) {
    auto event = decode_event(x.id, e.sequence, e.value);
    if (!event)
      return event.error();
    whole.events.push_back(*std::move(event));
  }
  for (std::size_t i = 0; i < x.texts.size(); ++i) {
    if (!x.texts[i])
      continue;
    const auto kind = static_cast<job_text>(i);
    auto text = decode_text(x.id, kind, *x.texts[i]);
    if (!text)
      return text.error();
    whole.texts.emplace_back(kind, *std::move(text));
  }
  return whole;
}

std::size_t bytes_of(const job_change& x) {
  std::size_t bytes = 512;
  for (const auto& e : x.events)
    bytes += 64 + e.data_json.size();
  for (const auto& [kind, text] : x.texts)
    bytes += text ? text->size() : 0;
  return bytes;
}

/// Commits what it is given, some jobs at a time.
class job_intake {
public:
  explicit job_intake(job_store& store) : store_(store) {}

  outcome<done> take(job_change x) {
    const auto found = store_.find(x.after.id);
    if (!found)
      return found.error();
    if (*found || !ids_.insert(x.after.id).second) {
      ++already_there;
      return done{};
    }
    ++added;
    bytes_ += bytes_of(x);
    batch_.push_back(std::move(x));
    return batch_.size() < batch_jobs_max && bytes_ < batch_bytes_max ? outcome<done>{done{}} : commit();
  }

  outcome<done> commit() {
    auto result = store_.commit(batch_);
    batch_.clear();
    ids_.clear();
    bytes_ = 0;
    return result;
  }

  uint64_t added = 0;
  uint64_t already_there = 0;

private:
  job_store& store_;
  std::vector<job_change> batch_;
  std::set<job_id> ids_; ///< of the batch
  std::size_t bytes_ = 0;
};

/// What is in the store already, into the part.
outcome<done> copy_present(const fs::path& to, const fs::path& part) {
  const auto image = store_image::open(to);
  if (!image)
    return image.error();
  if (const auto copied = image->copy_to(part); !copied)
    return copied;
  return recover_part(part);
}

failure has_jobs(const fs::path& to) {
  return {ec::bad_config, "the store " + to.string() + " has jobs already; with --merge the new ones are added"};
}

/// Adds the jobs to the part, and checks all of it.
outcome<imported_jobs> fill(const fs::path& part, const fs::path& to, bool merge, const job_source& source,
                            const check_listener& listener) {
  imported_jobs result;
  {
    job_store_options options;
    options.journal.file_bytes = 0;
    options.ballast_bytes = 0;
    const auto store = open_job_store(part, options);
    if (!store)
      return store.error();
    const auto present = (*store)->usage();
    if (!present)
      return present.error();
    if (present->jobs > 0 && !merge)
      return has_jobs(to);
    job_intake intake{**store};
    auto taken = source([&intake](job_change x) { return intake.take(std::move(x)); });
    if (taken)
      taken = intake.commit();
    if (!taken)
      return taken.error();
    result.added = intake.added;
    result.already_there = intake.already_there;
  }
  if (const auto alone = recover_part(part); !alone)
    return alone.error();
  const auto image = store_image::open(part);
  const auto counts = image ? check_store(*image, listener) : image.error();
  if (!counts)
    return counts.error();
  if (counts->problems > 0)
    return failure{ec::store_broken, "the store would have faults: nothing was imported"};
  result.counts = *counts;
  return result;
}

} // namespace

std::vector<std::string> faults_of(const job_change& whole) {
  std::set<job_text> texts;
  for (const auto& [kind, text] : whole.texts)
    if (text)
      texts.insert(kind);
  auto found = faults_of(whole.after, texts);
  for (auto& fault : faults_of(whole.after, whole.events))
    found.push_back(std::move(fault));
  return found;
}

outcome<check_counts> export_jobs(const store_image& store,
                                  const std::function<outcome<done>(const job_change& whole)>& visit,
                                  const check_listener& listener) {
  check_counts counts;
  outcome<done> visited = done{};
  const auto read = store.each_job_at_once([&](const stored_job& x) {
    for (const auto& what : problems_of(x, counts)) {
      ++counts.problems;
      listener.problem(x.id, what);
    }
    if (counts.problems == 0) {
      const auto whole = whole_job(x);
      visited = whole ? visit(*whole) : whole.error();
    }
    if (listener.job_done)
      listener.job_done(counts);
    return visited.ok();
  });
  if (!read || !visited)
    return (read ? visited : read).error();
  if (counts.problems > 0)
    return failure{ec::store_broken, "the store has faults: nothing was exported"};
  return counts;
}

outcome<imported_jobs> import_jobs(const fs::path& given, bool merge, const job_source& source,
                                   const check_listener& listener) {
  const auto to = whole_path(given);
  if (!to)
    return to.error();
  const bool is_free = is_free_place(*to);
  std::error_code error;
  if (!is_free && !fs::exists(*to / "data.mdb", error))
    return failure{ec::bad_config, to->string() + " is not empty, and it is no store"};
  const auto old = lock_present(*to);
  if (!old)
    return old.error();
  const auto part = begin_part(*to);
  if (!part)
    return part.error();
  auto result = [&]() -> outcome<imported_jobs> {
    if (const auto copied = is_free ? done{} : copy_present(*to, *part); !copied)
      return copied.error();
    auto filled = fill(*part, *to, merge, source, listener);
    const auto given_away = filled ? give_to_owner(*part, *to) : done{};
    return given_away ? std::move(filled) : given_away.error();
  }();
  if (!result || (!is_free && result->added == 0)) { // then nothing would change
    fs::remove_all(*part, error);
    return result;
  }
  if (is_free) {
    const auto named = name_part(*part, *to, true);
    return named ? std::move(result) : named.error();
  }
  auto replaced = exchange_part(*part, *to);
  if (!replaced)
    return replaced.error();
  result->replaced = *std::move(replaced);
  return result;
}

} // namespace claw
