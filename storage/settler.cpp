#include "storage/settler.hpp"

#include "storage/journal_record.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace claw {

namespace {

constexpr std::chrono::seconds before_retry{1};

} // namespace

settler::settler(settled_jobs& db, std::shared_ptr<job_overlay> recovered, uint64_t last,
                 std::chrono::milliseconds gather, kill_listener on_kill_point)
    : db_(db), gather_(gather), on_kill_point_(std::move(on_kill_point)), settling_(std::move(recovered)),
      last_(last), settling_to_(last) {
  thread_ = std::thread{[this] { run(); }};
}

bool settler::stop() {
  {
    const std::lock_guard held{mutex_};
    stopping_ = true;
    work_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
  return !settling_ && gathering_->empty();
}

// -- the committer

outcome<done> settler::begin_append(journal& to, std::size_t bytes) {
  held_lock held{mutex_};
  journal_ = &to;
  if (!to.fits(bytes)) {
    if (on_kill_point_)
      on_kill_point_(kill_step::journal_file_full);
    if (auto x = await_settled(held); !x)
      return x;
    if (gathering_->empty())
      to.next_file(); // all is settled, so its beginning is free
    else
      swap_overlays();
  }
  appending_ = true;
  return done{};
}

void settler::publish(std::string record, std::size_t payload_size, uint64_t sequence) {
  const std::lock_guard held{mutex_};
  const bool first = gathering_->empty();
  CLAW_ASSERT(gathering_->add(std::move(record), record_header_bytes, payload_size));
  last_ = sequence;
  appending_ = false;
  if (swap_wanted_) {
    swap_overlays();
  } else if (first && !settling_) {
    gathering_since_ = std::chrono::steady_clock::now();
    work_.notify_one();
  }
}

void settler::give_up() {
  const std::lock_guard held{mutex_};
  appending_ = false;
  if (swap_wanted_)
    work_.notify_one();
}

outcome<done> settler::settle_all() {
  held_lock held{mutex_};
  if (auto x = await_settled(held); !x || gathering_->empty())
    return x;
  swap_overlays();
  return await_settled(held);
}

/// Waits until nothing is being settled, or an attempt at it has failed.
outcome<done> settler::await_settled(held_lock& held) {
  const auto failures = failures_;
  if (settling_) {
    hurry_ = true;
    work_.notify_one();
  }
  attempted_.wait(held, [&] { return !settling_ || failures_ != failures; });
  return settling_ ? outcome<done>{*trouble_} : done{};
}

std::optional<failure> settler::trouble() const {
  const std::lock_guard held{mutex_};
  return trouble_;
}

std::size_t settler::bytes_pending() const {
  const std::lock_guard held{mutex_};
  return gathering_->bytes() + (settling_ ? settling_->bytes() : 0);
}

/// What was gathered is to be settled now. @pre nothing is being settled, nobody appends
void settler::swap_overlays() {
  settling_ = std::exchange(gathering_, std::make_shared<job_overlay>());
  settling_to_ = last_;
  swap_wanted_ = false;
  if (journal_ != nullptr)
    journal_->next_file();
  work_.notify_one();
}

// -- the thread

void settler::run() {
  held_lock held{mutex_};
  while (true) {
    work_.wait(held, [&] { return stopping_ || settling_ || !gathering_->empty(); });
    if (!settling_ && gathering_->empty())
      return; // stopping
    if (!settling_)
      gather(held);
    if (settling_)
      settle(held);
    if (stopping_ && trouble_)
      return; // it is in the journal, for the next start
  }
}

/// Lets the batch of LMDB grow for a while, then swaps, or has the committer swap.
void settler::gather(held_lock& held) {
  work_.wait_until(held, gathering_since_ + gather_,
                   [&] { return stopping_ || settling_ != nullptr; });
  if (settling_)
    return;
  swap_wanted_ = true;
  work_.wait(held, [&] { return !appending_ || settling_; });
  if (!settling_)
    swap_overlays();
}

void settler::settle(held_lock& held) {
  auto changes = settling_;
  const auto to = settling_to_;
  hurry_ = false;
  held.unlock();
  auto answer = db_.settle(*changes, to, true);
  held.lock();
  if (answer) {
    settling_.reset();
    trouble_.reset();
    gathering_since_ = std::chrono::steady_clock::now(); // what came meanwhile
  } else {
    if (!trouble_)
      spdlog::error("event=settling_failed ec={} why=\"{}\"", to_string(answer.error().code), answer.error().why);
    trouble_ = answer.error();
    ++failures_;
  }
  attempted_.notify_all();
  if (!answer && !stopping_)
    work_.wait_for(held, before_retry, [&] { return stopping_ || hurry_; });
  held.unlock();
  changes.reset(); // thousands of nodes: not under the lock
  if (answer && on_kill_point_)
    on_kill_point_(kill_step::journal_file_freed);
  held.lock();
}

} // namespace claw
