#include "net/openapi_routes.hpp"

namespace claw {

namespace {

using names = std::vector<std::string_view>;

/// What every request of a worker may say of itself.
names of_worker(names more = {}) {
  names all{"X-Worker-Id", "X-Worker-Caps", "X-Worker-Boot-Id", "X-Worker-Version"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

names listing() {
  return {"status", "command", "requester", "worker_id", "limit", "texts", "cursor"};
}

/// A request about a job that a worker holds.
route_facts held(std::string_view summary, std::string_view answer, std::string_view body,
                 std::vector<unsigned> refusals) {
  refusals.insert(refusals.end(), {400, 404, 409, 503});
  return {summary, answer, body, of_worker({"X-Lease-Id"}), std::move(refusals)};
}

/// What the page at `/` is, and asks for.
route_facts facts_for_people(api_route x) {
  if (x == api_route::show_page)
    return {"The page for people", "Page", "", {"If-None-Match"}, {304}};
  if (x == api_route::show_page_file)
    return {"A script or a style of the page", "Page", "", {"If-None-Match"}, {304, 404}};
  if (x == api_route::whoami)
    return {"Whose token this is, and what it may do", "Caller", "", {}, {}};
  if (x == api_route::read_command)
    return {"What a line of the command language means", "Meaning", "Line", {}, {400, 413, 422, 503}};
  return {"How a job ended, in words", "Answer", "", {}, {404}};
}

/// What a producer asks of a job or a worker that is there.
route_facts asked_of(std::string_view summary, std::string_view answer, std::vector<unsigned> refusals) {
  refusals.insert(refusals.end(), {400, 404, 422, 503});
  return {summary, answer, "Nothing", {}, std::move(refusals)};
}

/// What whoever watches a broker asks for.
route_facts facts_for_watchers(api_route x) {
  if (x == api_route::health)
    return {"The broker's process serves requests", "Health", "", {}, {}};
  if (x == api_route::metrics)
    return {"Metrics for Prometheus", "Metrics", "", {}, {503}};
  if (x == api_route::ready)
    return {"The broker can do its work: store, commits, queue and clock were looked at", "Ready", "", {}, {503}};
  return {"This document", "OpenApi", "", {}, {}};
}

route_facts facts_of_tokens(api_route x) {
  if (x == api_route::list_tokens)
    return {"The tokens of single clients", "Tokens", "", {}, {}};
  if (x == api_route::create_token)
    return {"Make a token for a client", "NewToken", "WantedToken", {}, {400, 409, 413, 422, 503}};
  return {"Revoke a token at once", "Token", "", {}, {404, 503}};
}

} // namespace

route_facts facts_of(api_route x) {
  switch (x) {
  case api_route::create_job:
    return {"Create a job", "Created", "NewJob", {"Idempotency-Key"}, {400, 409, 413, 422, 429, 503}};
  case api_route::list_jobs:
    return {"Jobs, newest first, in pages", "JobPage", "", listing(), {422}};
  case api_route::claim:
    return {"Claim the next job", "Claim", "", of_worker({"X-Worker-Notes", "wait"}), {400, 422, 503}};
  case api_route::read_job:
    return {"A job", "Job", "", {}, {404}};
  case api_route::post_result:
    return held("End a job with its result", "Finished", "Result", {413, 422});
  case api_route::post_failure:
    return held("End a job as failed", "Finished", "Failure", {413, 422});
  case api_route::heartbeat:
    return held("Renew the lease of a job", "Renewed", "Nothing", {422});
  case api_route::release:
    return held("Give a job back at once", "Released", "Nothing", {422});
  case api_route::post_events:
    return held("Report progress", "Reported", "Progress", {413, 422});
  case api_route::read_events:
    return {"What happened to a job, as a page or as a stream",
            "EventPage",
            "",
            {"after", "wait", "Last-Event-ID"},
            {404, 422, 503}};
  case api_route::cancel:
    return asked_of("Cancel a job", "Job", {});
  case api_route::retry:
    return asked_of("Queue a failed job again", "Job", {409});
  case api_route::explain:
    return {"Why a job waits or went where it went", "Explanation", "", {}, {404, 503}};
  case api_route::workers:
    return {"The workers that were seen", "Workers", "", {}, {503}};
  case api_route::drain_worker:
    return asked_of("Give a worker no new jobs", "Worker", {});
  case api_route::resume_worker:
    return asked_of("Give a drained worker jobs again", "Worker", {});
  case api_route::queue:
    return {"The queue in figures", "Queue", "", {}, {503}};
  case api_route::list_tokens:
  case api_route::create_token:
  case api_route::revoke_token:
    return facts_of_tokens(x);
  case api_route::health:
  case api_route::metrics:
  case api_route::ready:
  case api_route::openapi:
    return facts_for_watchers(x);
  case api_route::show_page:
  case api_route::show_page_file:
  case api_route::whoami:
  case api_route::read_command:
  case api_route::show_answer:
    return facts_for_people(x);
  }
  return {};
}

} // namespace claw
