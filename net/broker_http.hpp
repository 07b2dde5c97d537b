#pragma once
// The broker's HTTP interface (docs/HTTP_API.md) as an application of the HTTP server: finds the route, checks the
// token, hands the request to the routes of its caller's role.

#include "actors/domain/limits.hpp"
#include "actors/domain/rate_window.hpp"
#include "actors/protocol/front_doors.hpp"
#include "net/api_access.hpp"
#include "net/gathering_door.hpp"
#include "net/http_exchange.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace claw {

struct broker_http_options {
  std::string bot_token;    ///< "": no producer gets in
  std::string worker_token; ///< "": no worker gets in
  std::size_t request_body_bytes_max = limits::request_body_bytes_max;
  std::size_t result_bytes_max = limits::result_bytes_max;
  std::optional<std::size_t> jobs_per_minute_max; ///< for each token; none: no limit
  std::function<rate_window::time_point()> now = std::chrono::steady_clock::now;
  std::function<int64_t()> wall_s = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
};

/// What all routes share.
struct api_scope {
  gathering_door door;
  broker_http_options options;
  std::atomic<bool> stopping{false};
  uint64_t polls = 0; ///< the server's thread

  poll_id next_poll() { return poll_id{++polls}; }
};

/// One request on its way to its route.
struct api_call {
  const http_request& request;
  std::string body;
  job_id id;             ///< where the route has one
  std::string worker_id; ///< where the route has one
  std::shared_ptr<http_exchange> from;
};

class broker_http final : public http_application {
public:
  /// @param door must outlive the HTTP server
  broker_http(broker_http_options options, broker_front_door& door);

  http_admission admit(const http_request& head) override;
  http_reply too_large(const http_request& head) override;
  void handle(http_request x, std::shared_ptr<http_exchange> from) override;
  void round_over() override;

  /// The broker is going down: claims that can no longer be served are answered with no job. Any thread.
  void stop();

private:
  void dispatch(const route_row& row, api_call call);

  api_scope scope_;
  token_check bot_token_;
  token_check worker_token_;
  std::optional<rate_window> created_;
};

// -- the routes of each role ------------------------------------------------------------------------------------------

void create_job(api_scope& scope, std::optional<rate_window>& created, api_call call);
void read_job(api_scope& scope, api_call call);
void list_jobs(api_scope& scope, api_call call);
void cancel_job(api_scope& scope, api_call call);
void retry_job(api_scope& scope, api_call call);
void explain_job(api_scope& scope, api_call call);
void set_draining(api_scope& scope, api_call call, bool draining);
void show_workers(api_scope& scope, api_call call);
void show_queue(api_scope& scope, api_call call);

void read_events(api_scope& scope, api_call call);

void claim_job(api_scope& scope, api_call call);
void finish_job(api_scope& scope, api_call call, finish_kind kind);
void renew_lease(api_scope& scope, api_call call);
void release_job(api_scope& scope, api_call call);
void post_events(api_scope& scope, api_call call);

/// A reply that is heard in the server's thread: `then(exchange, const outcome<T>&)`.
template <class T, class Then>
reply<T> heard_by(std::shared_ptr<http_exchange> to, Then then) {
  return reply<T>{[to = std::move(to), then = std::move(then)](outcome<T> x) {
    auto& exchange = *to;
    exchange.post([to, then, x = std::move(x)] { then(*to, x); });
  }};
}

} // namespace claw
