#pragma once
// The broker as its clients see it over HTTP (docs/HTTP_API.md): runners through `worker_api`, producers such as the
// command line through `producer_api`. `net/` implements both. Calls block until they are answered or their time is up;
// each object belongs to one actor or thread. Job ids are opaque texts here: a client must not care how they are made.
// Errors of every call: `unreachable` (no connection, or a 5xx: try again), `bad_token`, `bad_reply`, `refused`
// (a 4xx that is none of the others, with the broker's own sentence), `cancelled` (by `stop_source`), and those named.

#include "actors/domain/caps.hpp"
#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// A job as the wire shows it (Part A and the added keys that clients use).
struct remote_job {
  std::string id;
  std::string status; ///< queued, running, done, failed
  std::string command;
  std::string payload;
  std::optional<std::string> result;
  std::optional<std::string> error;
  std::optional<std::string> worker_id;
  std::optional<std::string> requires_json;
  std::optional<int64_t> created_s, started_s, finished_s, lease_until_s;
  std::string requester; ///< who asked; "" when nobody said, and from an old broker
  std::string outcome;  ///< "", done, failed, cancelled, dead; "" from an old broker
  std::string lease_id; ///< "" from an old broker, which has no fencing
  uint32_t attempt = 0; ///< 0 from an old broker
  uint64_t events = 0;  ///< the number of its newest event; 0 from an old broker
  std::optional<std::string> checkpoint_json;
};

/// One event of a job's life, as the wire shows it.
struct remote_event {
  uint64_t sequence = 0;
  int64_t at_ms = 0;
  std::string type;
  uint32_t attempt = 0;
  std::string worker_id;
  std::string why;
  std::string data_json; ///< "" where it has none
};

/// What a runner says of itself.
struct worker_identity {
  std::string worker_id;
  std::string boot_id;
  std::string version;
  claw::caps caps;
  std::string notes{}; ///< why it has fewer caps than it was set up for; "" when it has all
};

class worker_api {
public:
  virtual ~worker_api() = default;

  /// Asks for a job, waiting up to `wait` for one where the broker can hold the request.
  virtual outcome<std::optional<remote_job>> claim(const worker_identity& me, std::chrono::seconds wait,
                                                   const stop_token& stop) = 0;

  struct renewed {
    bool supported = true; ///< false: an old broker that knows no heartbeat; nothing was renewed
    int64_t lease_until_s = 0;
    bool cancel = false;
  };
  /// Errors: `lease_lost`, `no_such_job`.
  virtual outcome<renewed> renew(const worker_identity& me, const remote_job& job) = 0;

  /// Errors: `lease_lost`, `no_such_job`, `body_too_large`, `refused`. All four are final.
  virtual outcome<done> post_result(const worker_identity& me, const remote_job& job,
                                    const std::string& result) = 0;
  /// Errors: as post_result.
  virtual outcome<done> post_failure(const worker_identity& me, const remote_job& job,
                                     const std::string& error) = 0;

  struct reported {
    bool supported = true;
    bool cancel = false;
  };
  /// @param events_json a JSON array of `{"type", "data"}`. Errors: as renew.
  virtual outcome<reported> post_events(const worker_identity& me, const remote_job& job,
                                        const std::string& events_json) = 0;

  /// Gives the job back. Where this fails, its lease runs out at the broker.
  /// Errors: as renew; `refused` + broker_too_old.
  virtual outcome<done> release(const worker_identity& me, const remote_job& job) = 0;
};

struct remote_worker {
  std::string worker_id;
  std::vector<std::string> caps;
  std::string version;
  std::string notes; ///< why it has fewer caps than it was set up for
  int64_t first_seen_s = 0, last_seen_s = 0;
  bool polling = false, live = false;
  bool draining = false; ///< it gets no new jobs
  std::vector<std::string> running;
};

struct remote_health {
  bool ok = false;
  std::string version; ///< "" from an old broker
  std::optional<int64_t> clock_s{}; ///< what its clock says; seconds since the Unix epoch
};

/// What an answer that an old broker cannot give looks like: `refused` with this sentence's beginning.
inline constexpr const char* broker_too_old = "this broker does not know";

class producer_api {
public:
  virtual ~producer_api() = default;

  virtual outcome<remote_health> health() = 0;

  struct request {
    std::string command;
    std::string payload;
    std::optional<std::string> requires_json;
    std::string requester;
    std::string idempotency_key = {}; ///< the same key within a day is the same job; "": a fresh one each call
  };
  struct created {
    std::string id;
    std::optional<int64_t> position; ///< among the jobs that wait for the same caps; none from an old broker
    bool servable = true;            ///< some live worker has the caps, as far as the broker says
    bool repeated = false;           ///< the key was known: somebody had it created before
  };
  virtual outcome<created> create(const request& x) = 0;

  /// Errors: `no_such_job`.
  virtual outcome<remote_job> find(const std::string& id) = 0;

  /// Events above `after`, waiting up to `wait` for the first. Errors: `no_such_job`; `refused` + broker_too_old.
  virtual outcome<std::vector<remote_event>> events(const std::string& id, uint64_t after,
                                                    std::chrono::seconds wait) = 0;

  /// Why a job waits, runs or ended, in one sentence. Errors: `no_such_job`; `refused` + broker_too_old.
  virtual outcome<std::string> explain(const std::string& id) = 0;

  struct listing {
    std::vector<remote_job> jobs;
    std::string next_cursor; ///< "" at the end
  };
  struct listing_filter {
    std::string status, command, requester, worker_id, cursor;
    unsigned limit = 20;
  };
  virtual outcome<listing> list(const listing_filter& filter) = 0;
  virtual outcome<std::vector<remote_worker>> workers() = 0;
  virtual outcome<std::string> queue_json() = 0; ///< the body of GET /queue
  virtual outcome<remote_job> cancel(const std::string& id) = 0;
  virtual outcome<remote_job> retry(const std::string& id) = 0; ///< Errors: `not_failed`, `no_such_job`
};

/// A client's own token, as the wire shows it.
struct remote_token {
  std::string kid;
  std::string role; ///< bot, worker, admin, read-only
  std::string name;
  std::string worker_id;                        ///< the worker that it is bound to; "" for any
  std::optional<std::vector<std::string>> caps; ///< the most that its worker may claim with; none: any
  int64_t created_s = 0;
  std::optional<int64_t> expires_s;
  std::string state; ///< active, expired, revoked
};

/// For who looks after the broker: the tokens of its clients.
class token_api {
public:
  virtual ~token_api() = default;

  struct made {
    remote_token about;
    std::string text; ///< the token itself; the broker says it this once
  };
  /// @param wanted role, name, and what it is bound to
  virtual outcome<made> create(const remote_token& wanted) = 0;
  virtual outcome<std::vector<remote_token>> list() = 0;

  /// Errors: `no_such_token`.
  virtual outcome<remote_token> revoke(const std::string& kid) = 0;
};

} // namespace claw
