// What somebody needs who shows jobs to people without being `openclaw`: who he is to the broker, what a typed line
// means, and the words in which a job's end is told.

#include "actors/domain/chat_command.hpp"
#include "net/answer_text.hpp"
#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_http.hpp"
#include "net/command_codec.hpp"

#include <array>

namespace claw {

namespace {

using nlohmann::json;

/// Redacting this much takes some milliseconds of the server's thread.
constexpr std::size_t answer_bytes_max = 131'072;

std::string_view role_of(caller_kind x) {
  switch (x) {
  case caller_kind::shared_bot:
    return "shared";
  case caller_kind::bot:
    return to_string(token_role::bot);
  case caller_kind::reader:
    return to_string(token_role::reader);
  case caller_kind::admin:
    return to_string(token_role::admin);
  case caller_kind::stranger:
  case caller_kind::shared_worker:
  case caller_kind::worker:
    break;
  }
  return "";
}

bool may(const api_caller& who, api_route route) {
  for (const auto& row : route_table())
    if (row.route == route)
      return row.may.contains(who.kind);
  return false;
}

std::string_view name_of(chat_question::kind x) {
  constexpr std::array names
      = {"status", "cancel", "retry", "jobs", "workers", "queue", "whoami", "help"};
  return names.at(static_cast<std::size_t>(x));
}

struct command_teller {
  json operator()(const chat_job& x) const {
    const auto request = request_of(x, "");
    return {{"is", "job"},
            {"command", request.command},
            {"payload", request.payload},
            {"requires", request.requires_json ? json(*request.requires_json) : json(nullptr)}};
  }
  json operator()(const chat_question& x) const {
    json out = {{"is", "question"}, {"what", name_of(x.what)}};
    if (!x.job_id.empty())
      out["job_id"] = x.job_id;
    if (x.what == chat_question::kind::help)
      out["text"] = chat_help();
    return out;
  }
  json operator()(const chat_advice& x) const { return {{"is", "advice"}, {"text", x.text}}; }
};

/// Every cap that a worker has advertised: each `llm:` one is a name that a line may choose.
caps advertised(const std::vector<worker_snapshot>& workers) {
  std::vector<std::string> names;
  for (const auto& x : workers)
    names.insert(names.end(), x.facts.caps.names().begin(), x.facts.caps.names().end());
  return caps{std::move(names)};
}

/// A job as its readers outside know it, with all that is told of its end.
remote_job ended_job(const job_document& x) {
  remote_job job;
  job.id = to_string(x.head.id);
  job.status = to_string(x.head.status);
  job.command = x.head.command;
  job.result = x.result;
  job.error = x.error;
  job.worker_id = x.head.worker_id;
  job.started_s = x.head.started_s;
  job.finished_s = x.head.finished_s;
  return job;
}

void answer_with_story(const api_scope& scope, http_exchange& to, const job_id& id) {
  const auto found = scope.door.jobs().document(id);
  if (!found || !*found)
    return to.answer(failure_reply(!found ? found.error() : failure{ec::no_such_job, ""}));
  const auto& head = (**found).head;
  json out = {{"status", to_string(head.status)}, {"answer", nullptr}, {"footer", nullptr}, {"failed", false}};
  if (is_terminal(head.status)) {
    const auto told = answer_of(ended_job(**found), redactor{}, text_style::terminal, answer_bytes_max);
    out["answer"] = told.text;
    out["footer"] = told.footer;
    out["failed"] = told.failed;
  }
  to.answer(json_reply(json_text(out)));
}

} // namespace

void show_caller(const api_call& call) {
  const auto& who = *call.caller;
  call.from->answer(json_reply(json_text({
      {"role", role_of(who.kind)},
      {"name", who.principal.empty() ? json(shared_principal_name) : json(who.principal)},
      {"expires_at", who.expires_s ? json(*who.expires_s) : json(nullptr)},
      {"may",
       {{"create", may(who, api_route::create_job)},
        {"cancel", may(who, api_route::cancel)},
        {"retry", may(who, api_route::retry)},
        {"drain", may(who, api_route::drain_worker)}}},
  })));
}

void read_command(api_scope& scope, api_call call) {
  auto line = parse_line(call.body);
  if (!line)
    return call.from->answer(failure_reply(line.error()));
  using answer_type = std::vector<worker_snapshot>;
  auto heard = [line = *std::move(line)](http_exchange& to, const outcome<answer_type>& x) {
    if (!x)
      return to.answer(failure_reply(x.error()));
    to.answer(json_reply(json_text(std::visit(command_teller{}, parse_chat_command(line, advertised(*x))))));
  };
  scope.door.ask(workers_question{heard_by<answer_type>(std::move(call.from), std::move(heard))});
}

void show_answer(api_scope& scope, const api_call& call) {
  with_room_for(scope, *call.from, call.id,
                [&scope, to = call.from, id = call.id] { answer_with_story(scope, *to, id); });
}

} // namespace claw
