#pragma once
// The broker's HTTP interface (docs/HTTP_API.md) as an application of the HTTP server: finds the route, checks whether
// its caller may use it, and hands the request over.

#include "actors/domain/clock_watch.hpp"
#include "actors/domain/commit_tally.hpp"
#include "actors/domain/limits.hpp"
#include "actors/domain/prune_tally.hpp"
#include "actors/domain/rate_window.hpp"
#include "actors/protocol/front_doors.hpp"
#include "net/api_access.hpp"
#include "net/api_tally.hpp"
#include "net/gathering_door.hpp"
#include "net/held_requests.hpp"
#include "net/http_exchange.hpp"
#include "net/http_tally.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// Where others count what the door shows.
struct watched_tallies {
  std::shared_ptr<const commit_tally> commits = std::make_shared<commit_tally>();
  std::shared_ptr<const http_tally> http = std::make_shared<http_tally>();
  std::shared_ptr<const prune_tally> pruned = std::make_shared<prune_tally>();
};

struct broker_http_options {
  std::string bot_token;    ///< "": no producer gets in
  std::string worker_token; ///< "": no worker gets in
  std::string admin_token;  ///< "": tokens can only be made with an admin's own token
  std::vector<access_token> tokens; ///< clients' own, as they are kept
  std::size_t request_body_bytes_max = limits::request_body_bytes_max;
  std::size_t result_bytes_max = limits::result_bytes_max;
  std::optional<std::size_t> jobs_per_minute_max; ///< for each token; none: no limit
  std::function<rate_window::time_point()> now = std::chrono::steady_clock::now;
  std::function<int64_t()> wall_s = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  std::function<uint64_t()> random; ///< 64 unpredictable bits: new tokens are made of them
  watched_tallies tallies;
};

/// What all routes share.
struct api_scope {
  gathering_door door;
  broker_http_options options;
  token_registry tokens;
  held_requests held;
  std::map<std::pair<caller_kind, std::string>, rate_window> created; ///< new jobs of each token, by kind and kid
  std::atomic<bool> stopping{false};
  uint64_t polls = 0; ///< the server's thread, as all below
  api_tally tally{};
  clock_watch clock{};

  poll_id next_poll() { return poll_id{++polls}; }

  /// How long a request may be held: as long as it likes, but not longer than its token is good.
  std::chrono::milliseconds held_at_most(const api_caller& who, std::chrono::milliseconds wait) const;
};

/// One request on its way to its route.
struct api_call {
  const http_request& request;
  std::string body;
  job_id id;             ///< where the route has one
  std::string name;      ///< of a worker, token or file, where the route has one
  caller_ptr caller;
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
  void look_at_clock();
  outcome<done> find_own_job(const api_caller& who, const job_id& id) const;

  api_scope scope_;
  rate_window::time_point clock_looked_at_{};
};

// -- the routes -------------------------------------------------------------------------------------------------------

void create_job(api_scope& scope, api_call call);
void read_job(api_scope& scope, api_call call);
void list_jobs(api_scope& scope, api_call call);
void cancel_job(api_scope& scope, api_call call);
void retry_job(api_scope& scope, api_call call);
void explain_job(api_scope& scope, api_call call);
void set_draining(api_scope& scope, api_call call, bool draining);
void show_workers(api_scope& scope, api_call call);
void show_queue(api_scope& scope, api_call call);

void list_tokens(api_scope& scope, const api_call& call);
void create_token(api_scope& scope, api_call call);
void revoke_token(api_scope& scope, api_call call);
void show_metrics(api_scope& scope, api_call call);
void show_ready(api_scope& scope, api_call call);

void read_events(api_scope& scope, api_call call);

void show_caller(const api_call& call);
void read_command(api_scope& scope, api_call call);
void show_answer(api_scope& scope, const api_call& call);

void claim_job(api_scope& scope, api_call call);
void finish_job(api_scope& scope, api_call call, finish_kind kind);
void renew_lease(api_scope& scope, api_call call);
void release_job(api_scope& scope, api_call call);
void post_events(api_scope& scope, api_call call);

/// Does work that needs all texts of a job: at once where they are small, else when there is room for a large answer.
void with_room_for(const api_scope& scope, http_exchange& to, const job_id& id, std::function<void()> work);

/// The steady clock's microseconds.
inline int64_t since_epoch_us(rate_window::time_point x) {
  return std::chrono::duration_cast<std::chrono::microseconds>(x.time_since_epoch()).count();
}

/// A reply that is heard in the server's thread: `then(exchange, const outcome<T>&)`.
template <class T, class Then>
reply<T> heard_by(std::shared_ptr<http_exchange> to, Then then) {
  return reply<T>{[to = std::move(to), then = std::move(then)](outcome<T> x) {
    auto& exchange = *to;
    exchange.post([to, then, x = std::move(x)] { then(*to, x); });
  }};
}

} // namespace claw
