#include "net/api_routes.hpp"

#include <array>

namespace claw {

namespace {

using enum api_route;
using enum caller_kind;

constexpr auto no_id = path_id::none;
constexpr auto of_job = path_id::job;
constexpr auto of_worker = path_id::worker;
constexpr auto of_token = path_id::token;
constexpr auto of_file = path_id::file;
constexpr auto small = body_limit::request;
constexpr auto large = body_limit::result;

// Who is not named may not. Of `bot`, a route with a job's id lets through only those whose job it is, and a listing
// shows him only his own (broker_http.cpp).
constexpr callers everybody{stranger};
constexpr callers readers{shared_bot, bot, reader, admin};
constexpr callers producers{shared_bot, bot, admin};
constexpr callers operators{shared_bot, admin};
constexpr callers admins{admin};
constexpr callers workers_only{shared_worker, worker};

// `/jobs/next` stands before `/jobs/{id}`: the first match counts.
constexpr std::array table = {
    route_row{health, "GET", "/health", "", no_id, everybody, small},
    route_row{create_job, "POST", "/jobs", "", no_id, producers, small},
    route_row{list_jobs, "GET", "/jobs", "", no_id, readers, small},
    route_row{claim, "GET", "/jobs/next", "", no_id, workers_only, small},
    route_row{read_job, "GET", "/jobs/", "", of_job, readers, small},
    route_row{post_result, "POST", "/jobs/", "/result", of_job, workers_only, large},
    route_row{post_failure, "POST", "/jobs/", "/fail", of_job, workers_only, large},
    route_row{heartbeat, "POST", "/jobs/", "/heartbeat", of_job, workers_only, small},
    route_row{release, "POST", "/jobs/", "/release", of_job, workers_only, small},
    route_row{post_events, "POST", "/jobs/", "/events", of_job, workers_only, large},
    route_row{read_events, "GET", "/jobs/", "/events", of_job, readers, small},
    route_row{cancel, "POST", "/jobs/", "/cancel", of_job, producers, small},
    route_row{retry, "POST", "/jobs/", "/retry", of_job, producers, small},
    route_row{explain, "GET", "/jobs/", "/explain", of_job, readers, small},
    route_row{workers, "GET", "/workers", "", no_id, readers, small},
    route_row{drain_worker, "POST", "/workers/", "/drain", of_worker, operators, small},
    route_row{resume_worker, "POST", "/workers/", "/resume", of_worker, operators, small},
    route_row{queue, "GET", "/queue", "", no_id, readers, small},
    route_row{list_tokens, "GET", "/tokens", "", no_id, admins, small},
    route_row{create_token, "POST", "/tokens", "", no_id, admins, small},
    route_row{revoke_token, "DELETE", "/tokens/", "", of_token, admins, small},
    route_row{metrics, "GET", "/metrics", "", no_id, readers, small},
    route_row{ready, "GET", "/ready", "", no_id, everybody, small},
    route_row{openapi, "GET", "/openapi.json", "", no_id, everybody, small},
    route_row{show_page, "GET", "/", "", no_id, everybody, small},
    route_row{show_page_file, "GET", "/dashboard/", "", of_file, everybody, small},
    route_row{whoami, "GET", "/whoami", "", no_id, readers, small},
    route_row{read_command, "POST", "/command", "", no_id, readers, small},
    route_row{show_answer, "GET", "/jobs/", "/answer", of_job, readers, small},
};

/// The text between prefix and suffix, when the path has this form.
std::optional<std::string_view> id_in(const route_row& row, std::string_view path) {
  if (row.id == path_id::none)
    return path == row.prefix ? std::optional{std::string_view{}} : std::nullopt;
  if (path.size() <= row.prefix.size() + row.suffix.size() || !path.starts_with(row.prefix)
      || !path.ends_with(row.suffix))
    return std::nullopt;
  const auto id
      = path.substr(row.prefix.size(), path.size() - row.prefix.size() - row.suffix.size());
  return id.find('/') == std::string_view::npos ? std::optional{id} : std::nullopt;
}

bool fits(const route_row& row, std::string_view method) {
  return row.method == method || (method == "HEAD" && row.method == "GET" && row.route != claim);
}

} // namespace

std::span<const route_row> route_table() {
  return table;
}

std::string route_path(const route_row& row) {
  std::string path{row.prefix};
  if (row.id != path_id::none)
    path += row.id == path_id::token ? "{kid}" : "{id}";
  return path += row.suffix;
}

std::string route_name(const route_row& row) {
  return std::string{row.method} + ' ' + route_path(row);
}

std::size_t route_number(const route_row& row) {
  return static_cast<std::size_t>(&row - table.data()) + 1;
}

route_match match_route(std::string_view method, std::string_view path) {
  route_match match;
  for (const auto& row : table) {
    const auto id = id_in(row, path);
    if (!id)
      continue;
    if (fits(row, method)) {
      match.row = &row;
      match.id_text = *id;
      return match;
    }
    if (!match.allow.empty())
      match.allow += ", ";
    match.allow += row.method;
    if (row.method == "GET" && row.route != claim)
      match.allow += ", HEAD";
    if (row.route == claim)
      break; // it is no job's id
  }
  return match;
}

} // namespace claw
