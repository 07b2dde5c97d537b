#include "net/broker_http.hpp"

#include "actors/domain/log_value.hpp"
#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/dashboard.hpp"
#include "net/http_text.hpp"
#include "net/openapi.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {

namespace {

/// A text of n bytes may need more as JSON: `\u0001` takes six bytes for one.
constexpr std::size_t json_growth = 6;
constexpr std::size_t json_frame_bytes = 4'096;

constexpr std::chrono::seconds clock_look_pause{1};

/// All that a POST to it says stands in its path and head.
bool wants_no_body(api_route x) {
  return x == api_route::heartbeat || x == api_route::release || x == api_route::cancel || x == api_route::retry
         || x == api_route::drain_worker || x == api_route::resume_worker;
}

/// The page at `/`, and what it asks for beside what everybody asks for.
void serve_page(api_scope& scope, api_route route, api_call call) {
  if (route == api_route::show_page)
    return call.from->answer(dashboard_reply("index.html", call.request));
  if (route == api_route::show_page_file)
    return call.from->answer(dashboard_reply(call.name, call.request));
  if (route == api_route::whoami)
    return show_caller(call);
  if (route == api_route::read_command)
    return read_command(scope, std::move(call));
  show_answer(scope, call);
}

} // namespace

broker_http::broker_http(broker_http_options options, broker_front_door& door)
    : scope_{gathering_door{door}, std::move(options), {"", "", "", {}}, {}, {}} {
  auto& given = scope_.options;
  scope_.tokens
      = token_registry{given.bot_token, given.worker_token, given.admin_token, given.tokens};
  for (auto* text : {&given.bot_token, &given.worker_token, &given.admin_token})
    text->clear(); // only digests are kept
  given.tokens.clear();
}

http_admission broker_http::admit(const http_request& head) {
  const auto match = match_route(head.method, head.path);
  if (match.row == nullptr) {
    auto refusal = match.allow.empty() ? error_reply(404, "Not Found")
                                       : error_reply(405, "Method Not Allowed");
    if (!match.allow.empty())
      refusal.fields = "Allow: " + match.allow + "\r\n";
    return {std::move(refusal), 0};
  }
  const auto kind = route_number(*match.row);
  const auto who = admit_caller(*match.row, scope_.tokens, head, scope_.options.wall_s());
  if (!who) {
    if (spdlog::should_log(spdlog::level::debug))
      spdlog::debug("event=http_token_refused path={} why={}", log_value(head.path), log_value(who.error().why));
    return {failure_reply(who.error()), 0, kind};
  }
  const auto& bounds = scope_.options;
  return {std::nullopt,
          match.row->limit == body_limit::request
              ? bounds.request_body_bytes_max
              : bounds.result_bytes_max * json_growth + json_frame_bytes,
          kind, *who};
}

http_reply broker_http::too_large(const http_request& head) {
  if (const auto match = match_route(head.method, head.path);
      match.row != nullptr && match.row->route == api_route::create_job) {
    spdlog::info("event=job_rejected reason=body_too_large");
    scope_.tally.rejected(ec::body_too_large);
  }
  return failure_reply({ec::body_too_large, "request body too large"});
}

void broker_http::handle(http_request x, std::shared_ptr<http_exchange> from) {
  const auto match = match_route(x.method, x.path);
  const auto who = std::static_pointer_cast<const api_caller>(x.sender);
  CLAW_ASSERT(match.row != nullptr && who != nullptr); // admitted
  if (!scope_.tokens.is_good(*who, scope_.options.wall_s())) // it was when the body began
    return from->answer(failure_reply(bad_token(match.row->side())));
  job_id id;
  std::string name;
  if (match.row->id == path_id::job) {
    const auto parsed = parse_job_id(match.id_text);
    if (!parsed)
      return from->answer(failure_reply({ec::no_such_job, ""}));
    id = *parsed;
    if (const auto own = find_own_job(*who, id); !own)
      return from->answer(failure_reply(own.error()));
  } else if (match.row->id != path_id::none) {
    name = percent_decoded(match.id_text);
  }
  if (spdlog::should_log(spdlog::level::debug))
    spdlog::debug("event=http_requested method={} path={} bytes={}", log_value(x.method), log_value(x.path),
                  x.body.size());
  if (!who->kid.empty())
    scope_.held.add(who->kid, from);
  auto body = std::move(x.body);
  if (const auto empty = wants_no_body(match.row->route) ? check_unread(body) : done{}; !empty)
    return from->answer(failure_reply(empty.error()));
  dispatch(*match.row, {x, std::move(body), id, std::move(name), who, std::move(from)});
}

/// A bot with a token of its own knows only of the jobs that its principal created.
outcome<done> broker_http::find_own_job(const api_caller& who, const job_id& id) const {
  if (who.kind != caller_kind::bot)
    return done{};
  const auto found = scope_.door.jobs().find(id);
  if (!found)
    return found.error();
  if (!*found || (**found).owner != who.principal)
    return failure{ec::no_such_job, ""};
  return done{};
}

void broker_http::round_over() {
  scope_.door.pass_on();
  look_at_clock();
}

/// The server's own tick sees to it that a round ends every second.
void broker_http::look_at_clock() {
  const auto now = scope_.options.now();
  if (clock_looked_at_ != rate_window::time_point{} && now - clock_looked_at_ < clock_look_pause)
    return;
  clock_looked_at_ = now;
  const auto before = scope_.clock.jumps();
  scope_.clock.look(scope_.options.wall_s() * 1'000, since_epoch_us(now) / 1'000);
  if (scope_.clock.jumps() != before)
    spdlog::warn("event=clock_set by_ms={}", scope_.clock.recent(since_epoch_us(now) / 1'000)->by_ms);
}

void broker_http::dispatch(const route_row& row, api_call call) {
  switch (row.route) {
  case api_route::health:
    return call.from->answer(json_reply(health_body()));
  case api_route::create_job:
    return create_job(scope_, std::move(call));
  case api_route::list_jobs:
    return list_jobs(scope_, std::move(call));
  case api_route::claim:
    return claim_job(scope_, std::move(call));
  case api_route::read_job:
    return read_job(scope_, std::move(call));
  case api_route::post_result:
    return finish_job(scope_, std::move(call), finish_kind::result);
  case api_route::post_failure:
    return finish_job(scope_, std::move(call), finish_kind::failure);
  case api_route::heartbeat:
    return renew_lease(scope_, std::move(call));
  case api_route::release:
    return release_job(scope_, std::move(call));
  case api_route::post_events:
    return post_events(scope_, std::move(call));
  case api_route::read_events:
    return read_events(scope_, std::move(call));
  case api_route::cancel:
    return cancel_job(scope_, std::move(call));
  case api_route::retry:
    return retry_job(scope_, std::move(call));
  case api_route::explain:
    return explain_job(scope_, std::move(call));
  case api_route::drain_worker:
    return set_draining(scope_, std::move(call), true);
  case api_route::resume_worker:
    return set_draining(scope_, std::move(call), false);
  case api_route::workers:
    return show_workers(scope_, std::move(call));
  case api_route::queue:
    return show_queue(scope_, std::move(call));
  case api_route::list_tokens:
    return list_tokens(scope_, call);
  case api_route::create_token:
    return create_token(scope_, std::move(call));
  case api_route::revoke_token:
    return revoke_token(scope_, std::move(call));
  case api_route::show_page:
  case api_route::show_page_file:
  case api_route::whoami:
  case api_route::read_command:
  case api_route::show_answer:
    return serve_page(scope_, row.route, std::move(call));
  case api_route::metrics:
    return show_metrics(scope_, std::move(call));
  case api_route::ready:
    return show_ready(scope_, std::move(call));
  case api_route::openapi:
    return call.from->answer(json_reply(openapi_text()));
  }
}

void with_room_for(const api_scope& scope, http_exchange& to, const job_id& id, std::function<void()> work) {
  const auto bytes = scope.door.jobs().text_bytes(id);
  if (bytes && *bytes > limits::large_bytes)
    to.when_room(std::move(work));
  else
    work(); // which finds out itself what is wrong with the store
}

std::chrono::milliseconds api_scope::held_at_most(const api_caller& who,
                                                  std::chrono::milliseconds wait) const {
  if (!who.expires_s)
    return wait;
  const std::chrono::seconds left{std::max<int64_t>(0, *who.expires_s - options.wall_s())};
  return std::min<std::chrono::milliseconds>(wait, left);
}

void broker_http::stop() {
  scope_.stopping = true;
}

} // namespace claw
