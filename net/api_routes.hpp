#pragma once
// The routes of the broker's HTTP interface as one table (docs/HTTP_API.md).

#include "actors/domain/job_id.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace claw {

enum class api_route : uint8_t {
  health,
  create_job,
  list_jobs,
  claim,
  read_job,
  post_result,
  post_failure,
  heartbeat,
  release,
  post_events,
  read_events,
  cancel,
  retry,
  explain,
  workers,
  drain_worker,
  resume_worker,
  queue,
};

/// Whose token a route wants.
enum class api_role : uint8_t { nobody, bot, worker };

/// Whose id stands in the path.
enum class path_id : uint8_t { none, job, worker };

/// Which bound its body has.
enum class body_limit : uint8_t { request, result };

struct route_row {
  api_route route;
  std::string_view method;
  std::string_view prefix; ///< the whole path, or what stands before the id
  std::string_view suffix; ///< what stands after the id
  path_id id;
  api_role role;
  body_limit limit;
};

std::span<const route_row> route_table();

/// What a method and a path lead to.
struct route_match {
  const route_row* row = nullptr; ///< none: no such path, or the path has other methods
  std::string_view id_text;       ///< of the job or worker, as sent
  std::string allow; ///< the methods of the path, for 405; "" when there is no such path
};

/// HEAD is answered where GET changes nothing.
route_match match_route(std::string_view method, std::string_view path);

} // namespace claw
