#include "net/broker_call.hpp"

#include <sys/random.h>

#include <array>
#include <cstdio>

namespace claw {

namespace {

class producer_client final : public producer_api {
public:
  producer_client(http_url where, std::string token)
      : call_(std::move(where), "X-Bot-Token", std::move(token)) {}

  outcome<remote_health> health() override;
  outcome<created> create(const request& x) override;
  outcome<remote_job> find(const std::string& id) override;
  outcome<std::vector<remote_event>> events(const std::string& id, uint64_t after,
                                            std::chrono::seconds wait) override;
  outcome<std::string> explain(const std::string& id) override;
  outcome<listing> list(const listing_filter& filter) override;
  outcome<std::vector<remote_worker>> workers() override;
  outcome<std::string> queue_json() override;
  outcome<remote_job> cancel(const std::string& id) override;
  outcome<remote_job> retry(const std::string& id) override;

private:
  outcome<remote_job> change(const std::string& id, const char* verb);

  broker_call call_;
};

/// A create that is sent again after a broken connection must not become a second job.
std::string fresh_key() {
  std::array<unsigned char, 16> bits{};
  CLAW_ASSERT(::getrandom(bits.data(), bits.size(), 0) == static_cast<ssize_t>(bits.size()));
  std::string key;
  for (const auto x : bits) {
    std::array<char, 3> part{};
    std::snprintf(part.data(), part.size(), "%02x", x);
    key += part.data();
  }
  return key;
}

outcome<remote_health> producer_client::health() {
  const auto answer = call_.get("/health");
  const auto body = object_of(answer, "GET /health");
  if (!body)
    return body.error();
  return remote_health{bool_member(*body, "ok"), string_member(*body, "version"), answer->date_s};
}

outcome<producer_client::created> producer_client::create(const request& x) {
  nlohmann::json body = {{"command", x.command}, {"payload", x.payload}};
  if (x.requires_json)
    body["requires"] = *x.requires_json;
  if (!x.requester.empty())
    body["requester"] = x.requester;
  const auto key = x.idempotency_key.empty() ? fresh_key() : x.idempotency_key;
  const auto answer = object_of(call_.post("/jobs", json_text(body), {{"Idempotency-Key", key}}), "POST /jobs");
  if (!answer)
    return answer.error();
  created made;
  made.id = string_member(*answer, "id");
  if (made.id.empty())
    return failure{ec::bad_reply, "the broker did not say which job it made"};
  if (const auto position = integer_member(*answer, "position"); position > 0)
    made.position = position;
  made.servable = answer->find("servable") == answer->end() || bool_member(*answer, "servable");
  made.repeated = bool_member(*answer, "repeated");
  return made;
}

outcome<remote_job> producer_client::find(const std::string& id) {
  const auto body = object_of(call_.get(job_path(id)), "GET /jobs/{id}");
  if (!body)
    return body.error();
  return read_job(*body);
}

outcome<std::vector<remote_event>> producer_client::events(const std::string& id, uint64_t after,
                                                           std::chrono::seconds wait) {
  const auto query
      = "/events?after=" + std::to_string(after) + "&wait=" + std::to_string(wait.count());
  const auto body = object_of(call_.get(job_path(id) + query, {}, wait + std::chrono::seconds{10}),
                           "GET /jobs/{id}/events");
  if (!body)
    return body.error();
  const auto list = read_array(*body, "events");
  if (!list)
    return list.error();
  std::vector<remote_event> result;
  for (const auto& x : *list) {
    auto event = read_event(x);
    if (!event)
      return event.error();
    result.push_back(std::move(*event));
  }
  return result;
}

outcome<std::string> producer_client::explain(const std::string& id) {
  const auto body = object_of(call_.get(job_path(id) + "/explain"), "GET /jobs/{id}/explain");
  if (!body)
    return body.error();
  return string_member(*body, "summary");
}

outcome<producer_client::listing> producer_client::list(const listing_filter& filter) {
  std::string path = "/jobs?limit=" + std::to_string(filter.limit);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      path += std::string{"&"} + name + "=" + percent_encoded(value);
  };
  add("status", filter.status);
  add("command", filter.command);
  add("requester", filter.requester);
  add("worker_id", filter.worker_id);
  add("cursor", filter.cursor);
  const auto body = object_of(call_.get(path), "GET /jobs");
  if (!body)
    return body.error();
  const auto jobs = read_array(*body, "jobs");
  if (!jobs)
    return jobs.error();
  listing result;
  result.next_cursor = string_member(*body, "next_cursor");
  for (const auto& x : *jobs) {
    auto job = read_job(x);
    if (!job)
      return job.error();
    result.jobs.push_back(std::move(*job));
  }
  return result;
}

outcome<std::vector<remote_worker>> producer_client::workers() {
  const auto body = object_of(call_.get("/workers"), "GET /workers");
  if (!body)
    return body.error();
  const auto list = read_array(*body, "workers");
  if (!list)
    return list.error();
  std::vector<remote_worker> result;
  for (const auto& x : *list) {
    auto worker = read_worker(x);
    if (!worker)
      return worker.error();
    result.push_back(std::move(*worker));
  }
  return result;
}

outcome<std::string> producer_client::queue_json() {
  const auto body = object_of(call_.get("/queue"), "GET /queue");
  if (!body)
    return body.error();
  return json_text(*body);
}

outcome<remote_job> producer_client::change(const std::string& id, const char* verb) {
  const auto body
      = object_of(call_.post(job_path(id) + "/" + verb, "{}"), std::string{"POST /jobs/{id}/"} + verb);
  if (!body)
    return body.error();
  return read_job(*body);
}

outcome<remote_job> producer_client::cancel(const std::string& id) {
  return change(id, "cancel");
}

outcome<remote_job> producer_client::retry(const std::string& id) {
  auto job = change(id, "retry");
  if (!job && job.error().code == ec::lease_lost) // the only 409 of this route
    return failure{ec::not_failed, job.error().why};
  return job;
}

} // namespace

outcome<std::unique_ptr<producer_api>> make_producer_client(const broker_address& where) {
  auto url = checked_address(where, "BOT_TOKEN");
  if (!url)
    return url.error();
  return std::unique_ptr<producer_api>{new producer_client{std::move(*url), where.token}};
}

} // namespace claw
