// The queue and new jobs: admitted, committed, told to whoever asked, also to who asks twice.

#include "actors/broker/audit_log.hpp"
#include "actors/broker/job_queue_actor.hpp"
#include "actors/domain/admission.hpp"
#include "actors/domain/job_transitions.hpp"
#include "actors/domain/limits.hpp"

#include <utility>

namespace claw {

namespace {

/// Everybody's keys are his own: what another principal has called the same is another job.
std::string key_of(const std::string& owner, const std::string& create_key) {
  return owner.empty() || create_key.empty() ? create_key : owner + '\n' + create_key;
}

} // namespace

void job_queue_state::on_create(create_request& x) {
  if (stopping) {
    x.answer.answer(going_down());
    return;
  }
  const auto key = key_of(x.what.owner, x.what.create_key);
  if (const auto known = keys.find(key, now_s()); known && !key.empty()) {
    on_repeat(x, *known);
    return;
  }
  if (x.only_repeat) {
    x.answer.answer(failure{ec::rate_limited, "rate limit exceeded"});
    return;
  }
  if (const auto room = admit(open, config.open_jobs_max); !room) {
    log_rejected("queue_cap");
    x.answer.answer(room.error());
    return;
  }
  auto payload = std::move(x.what.payload);
  auto create = created(job_of(std::move(x.what)), std::move(payload), around->world.wall_ms());
  const auto& first = create.after;
  if (!key.empty())
    keys.add(key, {first.id, first.create_digest, now_s()});
  ++open;
  creating.emplace(first.id, under_way{key, {}});
  if (auto claim = claim_for(first)) {
    bear({std::move(create), *std::move(claim), std::move(x.answer)});
    return;
  }
  commit_request request;
  request.servable = can_serve(first.required);
  request.position = index.ahead(first.required, first.priority) + creating.size();
  request.change = std::move(create);
  request.from = self;
  request.from_queue = true;
  request.created = std::move(x.answer);
  caf::anon_send(around->store, std::move(request));
}

/// A claim that gets the job before it ever waits. A job with times of its own goes the long way, through the
/// timetables.
std::optional<waiting_claim> job_queue_state::claim_for(const job& x) {
  if (x.not_before_s || x.deadline_s)
    return std::nullopt;
  auto claim = claims.take(x.required);
  if (claim)
    release_held(*claim);
  return claim;
}

void job_queue_state::bear(birth x) {
  creating.at(x.create.after.id).being_born = true;
  auto& newborn = wake(x.create.after);
  give(newborn, std::move(x));
}

bool job_queue_state::is_being_born(const job_id& id) const {
  const auto i = creating.find(id);
  return i != creating.end() && i->second.being_born;
}

void job_queue_state::on_stillborn(stillborn& x) {
  put_to_sleep(x.id);
  forget_new(x.id, x.why);
  claim_declined freed{std::move(x.claim)};
  on_declined(freed);
  answer_shutdown();
}

job job_queue_state::job_of(new_job x) {
  job first;
  first.id = ids->next(around->world.wall_ms());
  first.command = std::move(x.command);
  first.requires_json = std::move(x.requires_json);
  first.required = std::move(x.required);
  first.priority = x.priority;
  first.requester = std::move(x.requester);
  first.attempts_max = x.attempts_max.value_or(config.attempts_max);
  first.not_before_s = x.not_before_s;
  first.deadline_s = x.deadline_s;
  first.tags = std::move(x.tags);
  first.owner = std::move(x.owner);
  first.create_key = std::move(x.create_key);
  first.create_digest = std::move(x.create_digest);
  return first;
}

void job_queue_state::on_repeat(create_request& x, const create_keys::entry& known) {
  if (known.body_digest != x.what.create_digest) {
    x.answer.answer(failure{ec::refused, "this Idempotency-Key was used with another body"});
    return;
  }
  if (const auto i = creating.find(known.id); i != creating.end()) {
    i->second.repeats.push_back(std::move(x.answer)); // they are told what the first one is told
    return;
  }
  const auto found = around->reader->find(known.id);
  if (!found)
    x.answer.answer(found.error());
  else if (!*found)
    x.answer.answer(failure{ec::refused, "this Idempotency-Key was used for a job that is gone"});
  else
    x.answer.answer(created_job{known.id, (**found).status, can_serve((**found).required), 1, true});
}

void job_queue_state::on_creates_settled(const creates_settled& x) {
  for (const auto& made : x.committed) {
    line_up(made);
    welcome(made.id, made.required);
  }
  for (const auto& id : x.refused)
    forget_new(id, x.why);
  answer_shutdown();
}

bool job_queue_state::is_wanted_by_key(const job& x) const {
  const auto key = key_of(x.owner, x.create_key);
  const auto known = key.empty() ? std::nullopt : keys.find(key, now_s());
  return known && known->id == x.id;
}

/// The new job is on the disk: whoever has sent it again meanwhile hears of it.
void job_queue_state::welcome(const job_id& id, const caps& required) {
  const auto node = creating.extract(id);
  CLAW_ASSERT(!node.empty());
  for (const auto& repeat : node.mapped().repeats)
    repeat.answer(created_job{id, job_status::queued, can_serve(required), 1, true});
}

/// The new job is none: it could not be made durable.
void job_queue_state::forget_new(const job_id& id, const failure& why) {
  const auto node = creating.extract(id);
  CLAW_ASSERT(!node.empty() && open > 0);
  --open;
  keys.forget(node.mapped().create_key);
  for (const auto& repeat : node.mapped().repeats)
    repeat.answer(why);
}

/// Reads the keys of the jobs that are young enough, newest first.
void job_queue_state::load_keys() {
  const auto oldest_s = now_s() - std::chrono::seconds{limits::create_key_life}.count();
  std::optional<job_id> before;
  do {
    const auto page = around->reader->list({}, before, limits::page_jobs_max);
    if (!page)
      throw std::runtime_error("the store cannot be read: " + page.error().why);
    for (const auto& x : page->jobs) {
      if (x.created_s < oldest_s)
        return;
      if (const auto key = key_of(x.owner, x.create_key); !key.empty() && !keys.find(key, now_s()))
        keys.add(key, {x.id, x.create_digest, x.created_s});
    }
    before = page->next;
  } while (before);
}

} // namespace claw
