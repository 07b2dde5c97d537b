#include "net/metrics.hpp"

#include "net/api_routes.hpp"
#include "net/metrics_text.hpp"

#include <algorithm>
#include <vector>

namespace claw {

namespace {

using type = metrics_text::type;

constexpr std::size_t caps_groups_max = 20;
constexpr std::size_t caps_label_bytes_max = 200;
constexpr std::string_view other_caps = "(others)";
constexpr double us_per_s = 1e6;

/// Jobs or workers with the same caps.
struct caps_group {
  std::string label; ///< comma-separated
  uint64_t count = 0;
  int64_t oldest_s = 0; ///< creation of the oldest; jobs only
};

std::string label_of(const caps& x) {
  std::string label;
  for (const auto& name : x.names())
    ((label.empty() ? label : label += ',') += name);
  return label;
}

/// The largest groups, and one more that holds all others, so that no producer or worker can flood the page.
std::vector<caps_group> largest(std::vector<caps_group> all) {
  const auto kept = [](const caps_group& x) { return x.label.size() <= caps_label_bytes_max; };
  std::stable_sort(all.begin(), all.end(), [&](const caps_group& a, const caps_group& b) {
    return std::pair{kept(a), a.count} > std::pair{kept(b), b.count};
  });
  const auto short_ones = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), kept));
  const auto shown = std::min(short_ones, caps_groups_max);
  caps_group others{std::string{other_caps}, 0, 0};
  for (auto i = shown; i < all.size(); ++i) {
    others.count += all[i].count;
    others.oldest_s = others.oldest_s == 0 ? all[i].oldest_s : std::min(others.oldest_s, all[i].oldest_s);
  }
  const bool more = shown < all.size();
  all.resize(shown);
  if (more)
    all.push_back(std::move(others));
  return all;
}

void write_queue(metrics_text& out, const queue_facts& x, int64_t now_s) {
  std::vector<caps_group> waiting, live;
  uint64_t unservable = 0;
  auto oldest_s = now_s;
  for (const auto& depth : x.waiting) {
    waiting.push_back({label_of(depth.required), depth.queued, depth.oldest_created_s});
    unservable += depth.servable ? 0 : depth.queued;
    oldest_s = std::min(oldest_s, depth.oldest_created_s);
  }
  for (const auto& group : x.live)
    live.push_back({label_of(group.caps), group.workers, 0});
  waiting = largest(std::move(waiting));
  out.begin("jobs", type::gauge, "Jobs that have not ended, by status.");
  out.sample(x.queued, {{"status", "queued"}});
  out.sample(x.running, {{"status", "running"}});
  out.begin("queue_jobs", type::gauge, "Jobs that may be claimed now, by the caps they require.");
  for (const auto& group : waiting)
    out.sample(group.count, {{"caps", group.label}});
  out.begin("queue_oldest_age_seconds", type::gauge,
            "Age of the oldest job that may be claimed now, by the caps it requires.");
  for (const auto& group : waiting)
    out.sample(static_cast<uint64_t>(std::max<int64_t>(0, now_s - group.oldest_s)), {{"caps", group.label}});
  out.gauge("queue_oldest_seconds", "Age of the oldest job that may be claimed now; 0 when there is none.",
            static_cast<uint64_t>(std::max<int64_t>(0, now_s - oldest_s)));
  out.gauge("queue_unservable_jobs", "Jobs that no live worker can serve.", unservable);
  out.gauge("claims_waiting", "Claims that are held until a job comes.", x.waiting_claims);
  out.begin("workers_live", type::gauge, "Workers that are alive and take jobs, by their caps.");
  for (const auto& group : largest(std::move(live)))
    out.sample(group.count, {{"caps", group.label}});
  out.gauge("workers_draining", "Live workers that get no new jobs.", x.draining);
}

void write_lives(metrics_text& out, const commit_tally& x, const prune_tally& pruned, const api_tally& api) {
  using enum job_event_kind;
  out.counter("jobs_created_total", "Jobs that were created.", x.events(created));
  out.counter("claims_granted_total", "Claims that got a job.", x.events(claimed));
  out.counter("jobs_retried_total", "Failed jobs that were queued again by hand.", x.events(retried));
  out.begin("jobs_ended_total", type::counter, "Jobs that ended, by outcome.");
  out.sample(x.events(done), {{"outcome", "done"}});
  out.sample(x.events(failed), {{"outcome", "failed"}});
  out.sample(x.events(cancelled), {{"outcome", "cancelled"}});
  out.sample(x.events(buried), {{"outcome", "dead"}});
  out.begin("jobs_requeued_total", type::counter, "Jobs that went back into the queue, by why their lease ended.");
  for (auto why : {lease_end::expired, lease_end::worker_lost, lease_end::worker_restarted, lease_end::released,
                   lease_end::token_revoked})
    out.sample(x.requeues(why), {{"reason", to_string(why)}});
  out.begin("jobs_pruned_total", type::counter, "Ended jobs that retention took out of the store, by limit.");
  for (auto why : {prune_reason::age, prune_reason::count, prune_reason::size})
    out.sample(pruned.of(why), {{"reason", to_string(why)}});
  out.counter("leases_lost_total", "Leases that ended without a result and were not given back.", x.leases_lost());
  out.counter("results_late_total", "Results and failures that counted although their lease had expired.",
              api.late_results);
  out.counter("results_lost_total", "Results and failures that were refused because the lease was no longer the job's.",
              api.lost_results);
  out.counter("legacy_calls_total", "Requests about a job by workers that show no lease.", api.legacy_calls);
  out.begin("creates_rejected_total", type::counter, "New jobs that were refused, by reason.");
  for (std::size_t i = 0; i < rejections.size(); ++i)
    out.sample(api.creates_rejected[i], {{"reason", rejections[i].reason}});
}

void write_store(metrics_text& out, const commit_tally& x, const outcome<store_usage>& usage) {
  out.begin("commit_changes", type::histogram, "Changes in one commit.");
  out.sample(x.changes(), 1);
  out.begin("commit_seconds", type::histogram, "Time of one commit, until it is on disk.");
  out.sample(x.times_us(), us_per_s);
  out.begin("commits_failed_total", type::counter, "Commits that changed nothing, by reason.");
  out.sample(x.failed_full(), {{"reason", "store_full"}});
  out.sample(x.failed_otherwise(), {{"reason", "store_broken"}});
  out.gauge("store_up", "1 when the store could be looked at.", uint64_t{usage.ok()});
  if (!usage)
    return;
  out.gauge("store_jobs", "Jobs in the store, ended ones too.", usage->jobs);
  out.gauge("store_bytes", "Size of the store's files.", usage->file_bytes);
  out.gauge("store_room_bytes", "How much the store may still grow.", usage->room_bytes);
  out.gauge("store_pending_bytes", "What is in the journal and not yet in the database.", usage->pending_bytes);
  out.gauge("store_takes_new_jobs", "0 when there is room for finishing jobs and for no more.",
            uint64_t{usage->takes_new_jobs});
}

/// `POST /jobs/{id}/result`; "none" for heads that led nowhere.
std::string route_label(std::size_t kind) {
  const auto rows = route_table();
  return kind == 0 || kind > rows.size() ? "none" : route_name(rows[kind - 1]);
}

void write_http(metrics_text& out, const http_tally& x) {
  out.begin("http_requests_total", type::counter, "Requests that were answered, by route and status.");
  for (std::size_t kind = 0; kind < x.kinds.size(); ++kind)
    for (const auto& [status, count] : x.kinds[kind].by_status)
      out.sample(count, {{"route", route_label(kind)}, {"status", std::to_string(status)}});
  out.begin("http_request_seconds", type::histogram,
            "Time from a whole request to its answer, by route; waits that the client asked for included.");
  for (std::size_t kind = 1; kind < x.kinds.size(); ++kind)
    if (!x.kinds[kind].by_status.empty())
      out.sample(x.kinds[kind].times_us, us_per_s, {{"route", route_label(kind)}});
  out.gauge("http_connections", "Open connections.", uint64_t{x.connections});
  out.counter("http_connections_total", "Connections that were accepted.", x.accepted);
  out.counter("http_connections_refused_total", "Connections over the limit.", x.refused);
  out.counter("http_accept_failures_total", "Connections that could not be accepted.", x.accept_failures);
}

void write_process(metrics_text& out, const process_figures& x, const clock_watch& clock, int64_t now_s) {
  out.begin("build_info", type::gauge, "Always 1; its labels say what was built.");
  out.sample(uint64_t{1}, {{"version", CLAW_VERSION}, {"compiler", __VERSION__}});
  out.counter("clock_jumps_total", "Times that the machine's clock was set by more than 2 s.", clock.jumps());
  out.gauge("uptime_seconds", "Since the program started.", std::max(0.0, static_cast<double>(now_s) - x.started_s));
  out.gauge("process_resident_memory_bytes", "Memory that the process holds.", x.resident_bytes);
  out.gauge("process_open_fds", "File descriptors in use.", x.open_fds);
  out.gauge("process_max_fds", "File descriptors that the process may use.", x.max_fds);
  out.gauge("process_threads", "Threads.", x.threads);
  out.counter("process_cpu_seconds_total", "Time on processors, user and system.", x.cpu_s);
  out.gauge("process_start_time_seconds", "When the process started, since the Unix epoch.", x.started_s);
}

} // namespace

std::string metrics_page(const metrics_facts& x) {
  metrics_text out;
  write_queue(out, x.queue, x.now_s);
  write_lives(out, x.commits, x.pruned, x.api);
  write_store(out, x.commits, x.store);
  write_http(out, x.http);
  write_process(out, x.process, x.clock, x.now_s);
  return out.take();
}

} // namespace claw
