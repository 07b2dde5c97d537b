#pragma once
// The routes of the broker's HTTP interface as one table, with who may use each (docs/HTTP_API.md).

#include "actors/domain/job_id.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
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
  list_tokens,
  create_token,
  revoke_token,
  metrics,
  ready,
  openapi,
  show_page,
  show_page_file,
  whoami,
  read_command,
  show_answer,
};

/// Who sends a request, by the token that it carries: none, one of the broker's shared tokens, or a client's own with
/// its role.
enum class caller_kind : uint8_t { stranger, shared_bot, bot, reader, admin, shared_worker, worker };

/// Some of them; nobody unless named.
class callers {
public:
  constexpr callers(std::initializer_list<caller_kind> kinds) {
    for (const auto x : kinds)
      bits_ = static_cast<uint8_t>(bits_ | 1u << static_cast<unsigned>(x));
  }

  constexpr bool contains(caller_kind x) const noexcept {
    return (bits_ >> static_cast<unsigned>(x) & 1u) != 0;
  }

private:
  uint8_t bits_ = 0;
};

/// Which header a route's token comes in, and with it which tokens it can be.
enum class api_side : uint8_t { open, producers, workers };

/// Whose id, or which name, stands in the path.
enum class path_id : uint8_t { none, job, worker, token, file };

/// Which bound its body has.
enum class body_limit : uint8_t { request, result };

struct route_row {
  api_route route;
  std::string_view method;
  std::string_view prefix; ///< the whole path, or what stands before the id
  std::string_view suffix; ///< what stands after the id
  path_id id;
  callers may;
  body_limit limit;

  constexpr api_side side() const noexcept {
    if (may.contains(caller_kind::stranger))
      return api_side::open;
    return may.contains(caller_kind::worker) ? api_side::workers : api_side::producers;
  }
};

std::span<const route_row> route_table();

/// `/jobs/{id}/result`
std::string route_path(const route_row& row);

/// `POST /jobs/{id}/result`
std::string route_name(const route_row& row);

/// From 1 on, in the order of the table; 0 stands for no route.
std::size_t route_number(const route_row& row);

/// What a method and a path lead to.
struct route_match {
  const route_row* row = nullptr; ///< none: no such path, or the path has other methods
  std::string_view id_text;       ///< of the job, worker, token or file, as sent
  std::string allow; ///< the methods of the path, for 405; "" when there is no such path
};

/// HEAD is answered where GET changes nothing.
route_match match_route(std::string_view method, std::string_view path);

} // namespace claw
