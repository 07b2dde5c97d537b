#include "net/api_routes.hpp"

#include <array>

namespace claw {

namespace {

using enum api_route;
using enum api_role;

constexpr auto small = body_limit::request;
constexpr auto large = body_limit::result;

// `/jobs/next` stands before `/jobs/{id}`: the first match counts.
constexpr std::array table = {
    route_row{health, "GET", "/health", "", false, nobody, small},
    route_row{create_job, "POST", "/jobs", "", false, bot, small},
    route_row{list_jobs, "GET", "/jobs", "", false, bot, small},
    route_row{claim, "GET", "/jobs/next", "", false, worker, small},
    route_row{read_job, "GET", "/jobs/", "", true, bot, small},
    route_row{post_result, "POST", "/jobs/", "/result", true, worker, large},
    route_row{post_failure, "POST", "/jobs/", "/fail", true, worker, large},
    route_row{heartbeat, "POST", "/jobs/", "/heartbeat", true, worker, small},
    route_row{release, "POST", "/jobs/", "/release", true, worker, small},
    route_row{post_events, "POST", "/jobs/", "/events", true, worker, large},
    route_row{read_events, "GET", "/jobs/", "/events", true, bot, small},
    route_row{cancel, "POST", "/jobs/", "/cancel", true, bot, small},
    route_row{retry, "POST", "/jobs/", "/retry", true, bot, small},
    route_row{workers, "GET", "/workers", "", false, bot, small},
    route_row{queue, "GET", "/queue", "", false, bot, small},
};

/// The text between prefix and suffix, when the path has this form.
std::optional<std::string_view> id_in(const route_row& row, std::string_view path) {
  if (!row.has_id)
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
