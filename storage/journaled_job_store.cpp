#include "storage/journaled_job_store.hpp"

#include "storage/batch_codec.hpp"
#include "storage/journal_record.hpp"
#include "storage/layered_reader.hpp"
#include "storage/settled_jobs.hpp"
#include "storage/settled_tokens.hpp"
#include "storage/settler.hpp"
#include "storage/store_layout.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace claw {

namespace {

/// LMDB takes whole pages where a batch takes bytes.
constexpr std::uint64_t room_a_byte = 4;

bool creates_a_job(const std::vector<job_change>& changes) {
  return std::any_of(changes.begin(), changes.end(), creates_job);
}

int64_t steady_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

/// What the journal holds above what is settled.
struct recovered_batches {
  std::shared_ptr<job_overlay> changes; ///< none: nothing
  uint64_t last = 0;                    ///< sequence number of the last batch of the store
};

class journaled_job_store final : public layered_reader {
public:
  journaled_job_store(std::unique_ptr<settled_jobs> settled, recovered_batches recovered,
                      const job_store_options& options)
      : layered_reader(*settled, pending_), options_(options), settled_(std::move(settled)),
        pending_(*settled_, std::move(recovered.changes), recovered.last, options.gather,
                 options.on_kill_point),
        last_(recovered.last) {
    if (pending_.bytes_pending() == 0)
      open_journal();
  }

  ~journaled_job_store() override;

  outcome<done> commit(const std::vector<job_change>& changes) override;
  outcome<done> erase(const std::vector<job_id>& ids) override;
  outcome<store_usage> usage() const override;

private:
  void step(kill_step x) const {
    if (options_.on_kill_point)
      options_.on_kill_point(x);
  }

  outcome<done> try_commit(const std::vector<job_change>& changes);
  outcome<done> try_erase(const std::vector<job_id>& ids);
  void open_journal();
  outcome<done> write_batch(std::string record, bool creates);
  bool may_journal(std::size_t bytes, bool creates);
  outcome<done> append(std::string record, bool creates);
  outcome<done> write_and_flush(std::string_view record, std::size_t payload_size);
  outcome<done> settle_directly(std::string record, bool creates);

  const job_store_options options_;
  std::unique_ptr<settled_jobs> settled_;
  settler pending_;
  std::optional<journal> journal_; ///< none: batches go into LMDB directly
  bool journal_failed_ = false;    ///< it is not used again, nor opened
  uint64_t epoch_ = 0;             ///< of the journal
  uint64_t last_; ///< sequence number of the last batch that was given to the journal, acknowledged or not
};

journaled_job_store::~journaled_job_store() {
  if (!pending_.stop())
    spdlog::warn("event=journal_kept why=\"not all of it could be settled; the next start goes on with it\"");
  else if (const auto x = settled_->end_journal(); !x)
    spdlog::warn("event=journal_not_closed why=\"{}\"", x.error().why);
  step(kill_step::journal_ended);
}

/// @pre everything is settled
void journaled_job_store::open_journal() {
  const auto bytes = options_.journal.file_bytes;
  if (journal_ || journal_failed_)
    return;
  if (bytes == 0) {
    journal_failed_ = !settled_->end_journal(); // of an earlier run
    return;
  }
  const auto& folder = settled_->folder();
  if (!journal::is_there(folder, bytes) && folder.has_less_than(2 * bytes + options_.ballast_bytes))
    return; // later, perhaps
  const auto epoch = settled_->begin_journal();
  auto opened = epoch ? journal::open(folder, options_.journal) : epoch.error();
  if (opened) {
    epoch_ = *epoch;
    journal_ = *std::move(opened);
    step(kill_step::journal_opened);
    return;
  }
  journal_failed_ = opened.error().code != ec::store_full;
  spdlog::warn("event=journal_not_opened ec={} why=\"{}; commits are slower without it\"",
               to_string(opened.error().code), opened.error().why);
}

outcome<done> journaled_job_store::commit(const std::vector<job_change>& changes) {
  if (changes.empty())
    return done{};
  options_.tally->begin(steady_us());
  auto result = try_commit(changes);
  options_.tally->end(changes, result, steady_us());
  return result;
}

outcome<done> journaled_job_store::try_commit(const std::vector<job_change>& changes) {
  step(kill_step::batch_begun);
  auto heads = heads_before(changes);
  if (!heads)
    return heads.error();
  std::string record(record_header_bytes, '\0');
  encode_batch(changes, *heads, record);
  return write_batch(std::move(record), creates_a_job(changes));
}

outcome<done> journaled_job_store::erase(const std::vector<job_id>& ids) {
  if (ids.empty())
    return done{};
  options_.tally->begin(steady_us());
  auto result = try_erase(ids);
  options_.tally->end({}, result, steady_us());
  return result;
}

outcome<done> journaled_job_store::try_erase(const std::vector<job_id>& ids) {
  step(kill_step::batch_begun);
  std::string record(record_header_bytes, '\0');
  encode_erasures(ids, record);
  return write_batch(std::move(record), false);
}

outcome<done> journaled_job_store::write_batch(std::string record, bool creates) {
  return may_journal(record.size(), creates) ? append(std::move(record), creates)
                                             : settle_directly(std::move(record), creates);
}

outcome<store_usage> journaled_job_store::usage() const {
  const auto pending_bytes = pending_.bytes_pending(); // first: what is settled meanwhile counts twice, not never
  const auto jobs = settled_->count();
  if (!jobs)
    return jobs.error();
  const auto job_bytes = settled_->bytes_used();
  if (!job_bytes)
    return job_bytes.error();
  store_usage x;
  x.jobs = jobs->all;
  x.open_jobs = jobs->open;
  x.job_bytes = *job_bytes;
  x.file_bytes = settled_->folder().used_bytes();
  x.room_bytes = settled_->room();
  x.pending_bytes = pending_bytes;
  x.takes_new_jobs = !pending_.trouble() && x.room_bytes >= options_.ballast_bytes + room_a_byte * x.pending_bytes;
  return x;
}

/// New jobs are journaled only where LMDB will surely have room for them: they are refused before
/// anything is written. What moves the jobs that are there needs no more than the journal.
bool journaled_job_store::may_journal(std::size_t bytes, bool creates) {
  if (!journal_ || journal_failed_ || sealed_size(bytes) > journal_->file_bytes())
    return false;
  const auto trouble = pending_.trouble();
  if (!creates)
    return !trouble || trouble->code == ec::store_full;
  const auto room = options_.ballast_bytes + room_a_byte * (pending_.bytes_pending() + bytes);
  return !trouble && settled_->hold_ballast() && settled_->room() >= room;
}

outcome<done> journaled_job_store::append(std::string record, bool creates) {
  const auto payload_size = record.size() - record_header_bytes;
  seal_record(record, epoch_, last_ + 1);
  if (auto x = pending_.begin_append(*journal_, record.size()); !x)
    return x;
  ++last_;
  if (const auto x = write_and_flush(record, payload_size); !x) {
    spdlog::error("event=journal_failed why=\"{}; commits go on without it\"", x.error().why);
    journal_failed_ = true;
    journal_->deface();
    pending_.give_up();
    record.resize(record_header_bytes + payload_size);
    return settle_directly(std::move(record), creates); // which says that it goes beyond the failed record
  }
  step(kill_step::journal_flushed);
  pending_.publish(std::move(record), payload_size, last_);
  step(kill_step::batch_shown);
  return done{};
}

outcome<done> journaled_job_store::write_and_flush(std::string_view record, std::size_t payload_size) {
  if (options_.on_kill_point) {
    if (auto x = journal_->write(record.substr(0, (record_header_bytes + payload_size) / 2)); !x)
      return x;
    step(kill_step::journal_half_written);
  }
  if (auto x = journal_->write(record); !x)
    return x;
  step(kill_step::journal_written);
  return journal_->flush();
}

/// The batch takes no number of its own: it goes up to the last one, which is settled, or could not be journaled. So a
/// batch that is refused leaves no gap in the journal.
outcome<done> journaled_job_store::settle_directly(std::string record, bool creates) {
  if (auto x = pending_.settle_all(); !x)
    return x;
  if (creates && !settled_->hold_ballast())
    return failure{ec::store_full, "the disk is full: jobs can be finished, new ones are refused"};
  const auto payload_size = record.size() - record_header_bytes;
  job_overlay batch;
  CLAW_ASSERT(batch.add(std::move(record), record_header_bytes, payload_size));
  auto answer = settled_->settle(batch, last_, !creates);
  if (answer && journal_failed_)
    journal::remove(settled_->folder()); // all of it is settled
  else if (answer)
    open_journal();
  return answer;
}

/// Takes to LMDB what the journal holds above what is settled. Errors: as open_job_store, but a full
/// disk is none: then it stays pending.
outcome<recovered_batches> recover(settled_jobs& settled, const kill_listener& on_kill_point) {
  recovered_batches recovered{nullptr, settled.settled()};
  const auto files = journal::read(settled.folder());
  if (!files)
    return files.error();
  std::vector<journal_run> runs;
  for (const auto& bytes : *files)
    runs.push_back(read_journal_file(bytes, settled.epoch()));
  const auto records = records_to_replay(runs, recovered.last);
  if (!records)
    return records.error();
  if (records->empty())
    return recovered;
  recovered.last = records->back().sequence;
  recovered.changes = std::make_shared<job_overlay>();
  for (const auto& x : *records)
    if (!recovered.changes->add(std::string{x.payload}, 0, x.payload.size()))
      return failure{ec::store_broken, "the store's journal has a batch that cannot be read; it was "
                                       "written by another version of this program"};
  if (on_kill_point)
    on_kill_point(kill_step::journal_read);
  const auto done_it = settled.settle(*recovered.changes, recovered.last, true);
  if (on_kill_point)
    on_kill_point(kill_step::journal_recovered);
  if (!done_it && done_it.error().code != ec::store_full)
    return done_it.error();
  spdlog::info("event=journal_recovered batches={} settled={}", records->size(), done_it.ok());
  if (done_it)
    recovered.changes.reset();
  return recovered;
}

} // namespace

outcome<broker_stores> open_broker_stores(const std::filesystem::path& path,
                                          job_store_options options) {
  auto folder = store_folder::open(path);
  if (!folder)
    return folder.error();
  auto opened = lmdb_env::open(*std::move(folder), options.map);
  if (!opened)
    return opened.error();
  const std::shared_ptr<lmdb_env> env = *std::move(opened);
  const auto layout = open_layout(*env);
  if (!layout)
    return layout.error();
  auto settled = std::make_unique<settled_jobs>(env, *layout, options.ballast_bytes,
                                                options.on_kill_point);
  auto recovered = recover(*settled, options.on_kill_point);
  if (!recovered)
    return recovered.error();
  return broker_stores{
      std::make_unique<journaled_job_store>(std::move(settled), *std::move(recovered), options),
      make_token_store(env, layout->tokens)};
}

outcome<std::unique_ptr<job_store>> open_job_store(const std::filesystem::path& path,
                                                   job_store_options options) {
  auto stores = open_broker_stores(path, std::move(options));
  return stores ? outcome<std::unique_ptr<job_store>>{std::move(stores->jobs)} : stores.error();
}

} // namespace claw
