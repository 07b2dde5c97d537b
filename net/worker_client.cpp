#include "actors/domain/limits.hpp"
#include "actors/domain/shorten.hpp"
#include "net/broker_call.hpp"

namespace claw {

namespace {

/// On top of the time that a claim is held: for the network and a busy broker.
constexpr auto claim_margin = std::chrono::seconds{10};
constexpr auto result_time_max = std::chrono::seconds{30}; ///< megabytes over a slow line

class worker_client final : public worker_api {
public:
  worker_client(http_url where, std::string token)
      : call_(std::move(where), "X-Worker-Token", std::move(token)) {}

  outcome<std::optional<remote_job>> claim(const worker_identity& me, std::chrono::seconds wait,
                                           const stop_token& stop) override;
  outcome<renewed> renew(const worker_identity& me, const remote_job& job) override;
  outcome<done> post_result(const worker_identity& me, const remote_job& job,
                            const std::string& result) override;
  outcome<done> post_failure(const worker_identity& me, const remote_job& job,
                             const std::string& error) override;
  outcome<reported> post_events(const worker_identity& me, const remote_job& job,
                                const std::string& events_json) override;
  outcome<done> release(const worker_identity& me, const remote_job& job) override;

private:
  outcome<done> finish(const worker_identity& me, const remote_job& job, const char* verb,
                       const nlohmann::json& body);

  /// An old broker is not asked again for what it does not know. A job with a lease id comes from a
  /// new one.
  bool is_beyond(const remote_job& job) const { return broker_is_old_ && job.lease_id.empty(); }

  /// The answer is that of an old broker, which has no such route. What comes between a job with a lease id and its
  /// broker (a proxy, while the broker is away) may speak like one, and is not believed.
  bool shows_old_broker(const curl_answer& x, const remote_job& job);

  broker_call call_;
  bool broker_is_old_ = false;
};

broker_call::headers headers_of(const worker_identity& me) {
  broker_call::headers x = {{"X-Worker-Caps", json_text(nlohmann::json(me.caps.names()))}};
  if (!me.worker_id.empty())
    x.emplace_back("X-Worker-Id", me.worker_id);
  if (!me.boot_id.empty())
    x.emplace_back("X-Worker-Boot-Id", me.boot_id);
  if (!me.version.empty())
    x.emplace_back("X-Worker-Version", me.version);
  if (!me.notes.empty())
    x.emplace_back("X-Worker-Notes", one_line(me.notes, limits::worker_notes_bytes_max));
  return x;
}

broker_call::headers headers_of(const worker_identity& me, const remote_job& job) {
  auto x = headers_of(me);
  if (!job.lease_id.empty())
    x.emplace_back("X-Lease-Id", job.lease_id);
  return x;
}

bool worker_client::shows_old_broker(const curl_answer& x, const remote_job& job) {
  const bool old = is_unknown_route(x) && job.lease_id.empty();
  broker_is_old_ = broker_is_old_ || old;
  return old;
}

/// The answer's body, or why there is none; a missing route is trouble on the way.
outcome<nlohmann::json> read_known(const curl_answer& x) {
  if (is_unknown_route(x))
    return failure{ec::unreachable, "something that is not the broker answered " + std::to_string(x.status)
                                        + "; is BROKER_URL right, and the broker behind its proxy up?"};
  return read_object(x);
}

outcome<std::optional<remote_job>>
worker_client::claim(const worker_identity& me, std::chrono::seconds wait, const stop_token& stop) {
  const auto path = "/jobs/next?wait=" + std::to_string(wait.count());
  const auto answer = broker_call::known(call_.get(path, headers_of(me), wait + claim_margin, stop),
                                         "GET /jobs/next");
  if (!answer)
    return answer.error();
  const auto body = read_object(*answer);
  if (!body)
    return body.error();
  const auto at = body->find("job");
  if (at == body->end())
    return failure{ec::bad_reply, "the broker's answer to a claim has no job"};
  if (at->is_null())
    return std::optional<remote_job>{};
  auto job = read_job(*at);
  if (!job)
    return job.error();
  return std::optional{std::move(*job)};
}

outcome<worker_api::renewed> worker_client::renew(const worker_identity& me,
                                                  const remote_job& job) {
  if (is_beyond(job))
    return renewed{false, 0, false};
  const auto answer = call_.post(job_path(job.id) + "/heartbeat", "{}", headers_of(me, job));
  if (!answer)
    return answer.error();
  if (shows_old_broker(*answer, job))
    return renewed{false, 0, false};
  const auto body = read_known(*answer);
  if (!body)
    return body.error();
  return renewed{true, integer_member(*body, "lease_until"), bool_member(*body, "cancel")};
}

outcome<done> worker_client::finish(const worker_identity& me, const remote_job& job,
                                    const char* verb, const nlohmann::json& body) {
  const auto answer = call_.post(job_path(job.id) + "/" + verb, json_text(body), headers_of(me, job), result_time_max);
  if (!answer)
    return answer.error();
  if (answer->status >= 200 && answer->status < 300)
    return done{}; // whatever the words: it is the broker's receipt
  return read_known(*answer).error(); // every broker has these routes
}

outcome<done> worker_client::post_result(const worker_identity& me, const remote_job& job,
                                         const std::string& result) {
  return finish(me, job, "result", {{"result", result}});
}

outcome<done> worker_client::post_failure(const worker_identity& me, const remote_job& job,
                                          const std::string& error) {
  return finish(me, job, "fail", {{"error", error}});
}

outcome<worker_api::reported> worker_client::post_events(const worker_identity& me,
                                                         const remote_job& job,
                                                         const std::string& events_json) {
  if (is_beyond(job))
    return reported{false, false};
  const auto answer = call_.post(job_path(job.id) + "/events", events_json, headers_of(me, job));
  if (!answer)
    return answer.error();
  if (shows_old_broker(*answer, job))
    return reported{false, false};
  const auto body = read_known(*answer);
  if (!body)
    return body.error();
  return reported{true, bool_member(*body, "cancel")};
}

outcome<done> worker_client::release(const worker_identity& me, const remote_job& job) {
  const failure unknown{ec::refused, std::string{broker_too_old} + " a release; the job's lease runs out there"};
  if (is_beyond(job))
    return unknown;
  const auto answer = call_.post(job_path(job.id) + "/release", "{}", headers_of(me, job));
  if (!answer)
    return answer.error();
  if (shows_old_broker(*answer, job))
    return unknown;
  const auto body = read_known(*answer);
  return body ? outcome<done>{done{}} : body.error();
}

} // namespace

outcome<std::unique_ptr<worker_api>> make_worker_client(const broker_address& where) {
  auto url = checked_address(where, "WORKER_TOKEN");
  if (!url)
    return url.error();
  return std::unique_ptr<worker_api>{new worker_client{std::move(*url), where.token}};
}

} // namespace claw
