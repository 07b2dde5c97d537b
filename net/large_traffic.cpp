#include "net/large_traffic.hpp"

#include <algorithm>
#include <utility>

namespace claw {

bool large_traffic::has_room(way w, ticket x) const {
  const auto& held = held_[static_cast<std::size_t>(w)];
  return held.sum < bytes_max_ || held.bytes.empty() || held.bytes.begin()->first == x;
}

void large_traffic::hold(way w, ticket x, std::size_t bytes) {
  auto& held = held_[static_cast<std::size_t>(w)];
  auto& mine = held.bytes[x];
  held.sum += bytes - mine; // of unsigned numbers: right also where there are fewer now
  mine = bytes;
}

void large_traffic::let_go(way w, ticket x) {
  auto& held = held_[static_cast<std::size_t>(w)];
  if (const auto mine = held.bytes.extract(x))
    held.sum -= mine.mapped();
}

void large_traffic::wait(step s, ticket x, std::function<void()> go_on) {
  line_of(s)[x] = std::move(go_on);
}

void large_traffic::leave(ticket x) {
  for (auto& each : lines_)
    each.erase(x);
}

bool large_traffic::may_go(std::size_t step_number) const {
  const auto& waiting = lines_[step_number];
  if (waiting.empty())
    return false;
  const auto first = waiting.begin()->first; // where he has no room, nobody behind him has
  switch (static_cast<step>(step_number)) {
  case step::read_on:
    return has_room(way::in, first);
  case step::take:
    return true;
  case step::make:
    return has_room(way::out, first);
  }
  return false;
}

bool large_traffic::has_next() const {
  for (std::size_t i = 0; i < steps; ++i)
    if (may_go(i))
      return true;
  return false;
}

std::function<void()> large_traffic::next() {
  for (std::size_t i = 0; i < steps; ++i) {
    const auto now = (turn_ + i) % steps;
    if (!may_go(now))
      continue;
    turn_ = (now + 1) % steps;
    auto& waiting = lines_[now];
    return std::move(waiting.extract(waiting.begin()).mapped());
  }
  return nullptr;
}

bool large_traffic::keeps_others_waiting(way w, ticket x) const {
  const auto& held = held_[static_cast<std::size_t>(w)];
  const auto& waiting = lines_[static_cast<std::size_t>(w == way::in ? step::read_on : step::make)];
  return held.bytes.count(x) > 0 && !waiting.empty() && waiting.count(x) == 0;
}

} // namespace claw
