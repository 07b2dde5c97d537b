#include "apps/cli/job_follow.hpp"

#include <optional>

namespace claw {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto events_wait = 1s;   // short, so that Ctrl-C and the time limit are noticed
constexpr auto poll_pause = 500ms; // against a broker without events
constexpr auto absence_max = 30s;
constexpr auto leave_after = 3s;

bool has_ended(const remote_job& job) {
  return job.status == "done" || job.status == "failed";
}

bool is_old_broker(const failure& why) {
  return why.code == ec::refused && why.why.rfind(broker_too_old, 0) == 0;
}

class follower {
public:
  follower(producer_api& broker, const std::string& id, std::chrono::seconds limit,
           const follow_world& world, const follow_listener& listener)
      : broker_(broker), id_(id), world_(world), listener_(listener), until_(world.now() + limit) {}

  outcome<remote_job> run() {
    for (;;) {
      if (const auto stop = reason_to_stop())
        return *stop;
      const bool news = with_events_ && take_events();
      if (trouble_)
        return *trouble_;
      if (news)
        continue;
      const auto job = broker_.find(id_);
      if (job && has_ended(*job))
        return *job;
      if (job)
        absent_since_.reset();
      else if (!is_absence(job.error()))
        return job.error();
      if (!with_events_ || !job)
        world_.pause(poll_pause);
    }
  }

private:
  std::optional<failure> reason_to_stop() {
    const auto now = world_.now();
    const int pressed = world_.interrupts();
    if (pressed >= 2)
      return cancel();
    if (pressed == 1 && !leave_at_) {
      leave_at_ = now + leave_after;
      listener_.notice("Ctrl-C again cancels the job; leaving in 3 s, the job goes on");
    }
    if (leave_at_ && now >= *leave_at_)
      return failure{ec::cancelled, "left; the job goes on: openclaw status " + id_};
    if (now >= until_)
      return failure{ec::timed_out,
                     "Still running. Job ID: " + id_ + " (try: openclaw status " + id_ + ")"};
    return std::nullopt;
  }

  failure cancel() {
    const auto job = broker_.cancel(id_);
    if (!job)
      return {ec::cancelled, "the job could not be cancelled: " + job.error().why};
    return {ec::cancelled, "cancelled job " + id_};
  }

  /// @returns true when there may be more at once
  bool take_events() {
    const auto events = broker_.events(id_, seen_, events_wait);
    if (!events) {
      if (is_old_broker(events.error()))
        with_events_ = false;
      else if (!is_absence(events.error()))
        trouble_ = events.error();
      return false;
    }
    absent_since_.reset();
    bool ended = false;
    for (const auto& event : *events) {
      seen_ = std::max(seen_, event.sequence);
      listener_.event(event);
      ended = ended || event.type == "done" || event.type == "failed" || event.type == "cancelled"
              || event.type == "buried";
    }
    return !events->empty() && !ended;
  }

  /// A broker that restarts is waited for, but not for ever.
  bool is_absence(const failure& why) {
    if (why.code != ec::unreachable)
      return false;
    const auto now = world_.now();
    if (!absent_since_) {
      absent_since_ = now;
      listener_.notice("the broker does not answer; trying again");
    }
    return now - *absent_since_ < absence_max;
  }

  producer_api& broker_;
  const std::string& id_;
  const follow_world& world_;
  const follow_listener& listener_;
  clock::time_point until_;
  uint64_t seen_ = 0;
  bool with_events_ = true;
  std::optional<failure> trouble_;
  std::optional<clock::time_point> leave_at_;
  std::optional<clock::time_point> absent_since_;
};

} // namespace

outcome<remote_job> follow_job(producer_api& broker, const std::string& id,
                               std::chrono::seconds limit, const follow_world& world,
                               const follow_listener& listener) {
  return follower{broker, id, limit, world, listener}.run();
}

} // namespace claw
