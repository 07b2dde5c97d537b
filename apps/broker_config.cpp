#include "apps/broker_config.hpp"

#include "actors/domain/limits.hpp"

namespace claw {

namespace {

constexpr config_row rows[] = {
    {"BROKER_DB", "/var/lib/openclaw-broker/broker.db", config_unit::path, false,
     "The folder of the job store; made when it is not there."},
    {"BROKER_HOST", "127.0.0.1", config_unit::text, false, "The address to listen on."},
    {"BROKER_PORT", "8000", config_unit::port, false,
     "The port to listen on; 0 takes any free one."},
    {"BROKER_BIND_PUBLIC", nullptr, config_unit::flag, false,
     "1 says that listening on every address (0.0.0.0 or ::) is meant."},
    {"BROKER_MAX_CONNECTIONS", "1024", config_unit::count, false,
     "Connections at a time; more are answered 503.", 1, 65'536},
    {"BOT_TOKEN", nullptr, config_unit::text, true,
     "What producers (bot, command line) must send as X-Bot-Token."},
    {"WORKER_TOKEN", nullptr, config_unit::text, true, "What runners must send as X-Worker-Token."},
    {"ADMIN_TOKEN", nullptr, config_unit::text, true,
     "What makes and revokes tokens of single clients, sent as X-Bot-Token; it may do all that producers may."},
    {"LEASE_SECONDS", "60", config_unit::seconds, false,
     "How long a claimed job stays with a worker that says nothing.", 1, 86'400},
    {"MAX_ATTEMPTS", "5", config_unit::count, false,
     "Claims of a job whose lease may run out before it is given up.", 1, 1'000},
    {"MAX_QUEUED_JOBS", nullptr, config_unit::count, false,
     "Queued and running jobs at a time; unset: no limit.", 1},
    {"RATE_LIMIT_JOBS_PER_MIN", nullptr, config_unit::count, false,
     "New jobs of one token in any 60 seconds; unset: no limit.", 1, 10'000'000},
    {"MAX_REQUEST_BODY_BYTES", "524288", config_unit::bytes, false,
     "The largest body of a request.", 1'024, 268'435'456},
    {"MAX_RESULT_BYTES", "4194304", config_unit::bytes, false,
     "The largest result, error or batch of events.", 1'024, 268'435'456},
    {"RETENTION_MAX_AGE_SECONDS", nullptr, config_unit::seconds, false,
     "How long a job is kept after its end; unset: for ever.", 1},
    {"RETENTION_MAX_JOBS", nullptr, config_unit::count, false,
     "Ended jobs that are kept, the ones created last; unset: all.", 1},
    {"RETENTION_MAX_BYTES", nullptr, config_unit::bytes, false,
     "Room for all jobs: the ended ones created first go until the rest fits; unset: no limit.", 1},
    {"RETENTION_DRY_RUN", "1", config_unit::flag, false,
     "1: what the limits above would prune is only logged (event=job_would_be_pruned); 0: it is pruned."},
    {"RETENTION_EVERY_SECONDS", "60", config_unit::seconds, false,
     "How often these limits are looked at; less with a store of millions of jobs has no use.", 1, 86'400},
};

constexpr config_table table{
    "openclaw-broker", "keeps the jobs and gives them to the workers that can do them.", rows};

std::chrono::seconds seconds(const config& x, std::string_view env) {
  return std::chrono::seconds{x.integer(env)};
}

std::size_t size(const config& x, std::string_view env) {
  return static_cast<std::size_t>(x.integer(env));
}

retention_config retention_of(const config& x) {
  retention_config retention;
  if (x.has("RETENTION_MAX_AGE_SECONDS"))
    retention.limits.age_max = seconds(x, "RETENTION_MAX_AGE_SECONDS");
  if (x.has("RETENTION_MAX_JOBS"))
    retention.limits.jobs_max = size(x, "RETENTION_MAX_JOBS");
  if (x.has("RETENTION_MAX_BYTES"))
    retention.limits.bytes_max = size(x, "RETENTION_MAX_BYTES");
  retention.dry_run = x.flag("RETENTION_DRY_RUN");
  retention.every = seconds(x, "RETENTION_EVERY_SECONDS");
  return retention;
}

} // namespace

const config_table& broker_config_table() {
  return table;
}

broker_system_config system_config_of(const config& x) {
  broker_system_config system;
  system.lease_term = seconds(x, "LEASE_SECONDS");
  system.attempts_max = static_cast<uint32_t>(x.integer("MAX_ATTEMPTS"));
  if (const auto most = x.maybe_integer("MAX_QUEUED_JOBS"))
    system.open_jobs_max = static_cast<uint64_t>(*most);
  system.retention = retention_of(x);
  return system;
}

broker_http_options http_options_of(const config& x) {
  broker_http_options http;
  http.bot_token = x.text("BOT_TOKEN");
  http.worker_token = x.text("WORKER_TOKEN");
  http.admin_token = x.text("ADMIN_TOKEN");
  http.request_body_bytes_max = size(x, "MAX_REQUEST_BODY_BYTES");
  http.result_bytes_max = size(x, "MAX_RESULT_BYTES");
  if (const auto most = x.maybe_integer("RATE_LIMIT_JOBS_PER_MIN"))
    http.jobs_per_minute_max = static_cast<std::size_t>(*most);
  return http;
}

http_server_options server_options_of(const config& x) {
  http_server_options server;
  server.host = x.text("BROKER_HOST");
  server.port = static_cast<uint16_t>(x.integer("BROKER_PORT"));
  server.connections_max = size(x, "BROKER_MAX_CONNECTIONS");
  return server;
}

bool binds_every_address(std::string_view host) {
  return host == "0.0.0.0" || host == "::" || host == "[::]" || host == "0" || host == "*";
}

} // namespace claw
