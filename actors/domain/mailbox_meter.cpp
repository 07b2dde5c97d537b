#include "actors/domain/mailbox_meter.hpp"

#include <algorithm>

namespace claw {

namespace {

int64_t ticks(mailbox_meter::time_point x) {
  return x.time_since_epoch().count();
}

mailbox_meter::duration since(int64_t begin, mailbox_meter::time_point now) {
  return mailbox_meter::duration{std::max<int64_t>(0, ticks(now) - begin)};
}

} // namespace

void mailbox_meter::arrived(time_point now) {
  const auto number = arrived_.fetch_add(1, std::memory_order_relaxed) + 1;
  auto last = last_mark_.load(std::memory_order_relaxed);
  if (last != nothing && ticks(now) - last < spacing_.load(std::memory_order_relaxed))
    return;
  if (last_mark_.compare_exchange_strong(last, ticks(now), std::memory_order_relaxed))
    set_mark({number, now});
}

void mailbox_meter::set_mark(mark x) {
  const std::lock_guard lock{mutex_};
  const auto next = dealt_with_.load(std::memory_order_relaxed) + 1;
  auto* const end = marks_.data() + marks_count_;
  auto* first = std::upper_bound(marks_.data(), end, next, [](uint64_t n, const mark& m) { return n < m.number; });
  if (first != marks_.data())
    --first; // the last one before the oldest message tells when that one came
  marks_count_ = static_cast<std::size_t>(std::move(first, end, marks_.data()) - marks_.data());
  if (marks_count_ <= 1)
    spacing_.store(mark_spacing.count(), std::memory_order_relaxed);
  if (marks_count_ == marks_max) { // every second one goes, and new ones come half as often
    for (std::size_t i = 1; 2 * i < marks_max; ++i)
      marks_[i] = marks_[2 * i];
    marks_count_ = marks_max / 2;
    spacing_.store(spacing_.load(std::memory_order_relaxed) * 2, std::memory_order_relaxed);
  }
  auto* at = marks_.data() + marks_count_++;
  for (; at != marks_.data() && (at - 1)->number > x.number; --at) // two senders may come here in the other order
    *at = *(at - 1);
  *at = x;
}

void mailbox_meter::begun(time_point now) {
  begun_.store(ticks(now), std::memory_order_relaxed);
}

void mailbox_meter::finished() {
  dealt_with_.fetch_add(1, std::memory_order_relaxed);
  begun_.store(nothing, std::memory_order_relaxed);
}

void mailbox_meter::put_back() {
  begun_.store(nothing, std::memory_order_relaxed);
}

mailbox_meter::reading mailbox_meter::read(time_point now) const {
  reading x;
  x.dealt_with = dealt_with_.load(std::memory_order_relaxed);
  const auto begun = begun_.load(std::memory_order_relaxed);
  const auto arrived = arrived_.load(std::memory_order_relaxed);
  const uint64_t taken = x.dealt_with + (begun == nothing ? 0 : 1);
  if (begun != nothing)
    x.in_hand = since(begun, now);
  if (arrived <= taken)
    return x;
  x.waiting = arrived - taken;
  if (const auto at = arrival_of(taken + 1))
    x.oldest = since(ticks(*at), now);
  return x;
}

std::optional<mailbox_meter::time_point> mailbox_meter::arrival_of(uint64_t number) const {
  const std::lock_guard lock{mutex_};
  const auto* const end = marks_.data() + marks_count_;
  const auto* found
      = std::upper_bound(marks_.data(), end, number, [](uint64_t n, const mark& m) { return n < m.number; });
  if (found == marks_.data())
    return marks_count_ == 0 ? std::nullopt : std::optional{marks_[0].at};
  return (found - 1)->at;
}

} // namespace claw
