#include "llm/history_commands.hpp"

#include "llm/bounded_json.hpp"

namespace claw {
namespace {

using ordered = nlohmann::ordered_json;

failure not_an_integer(const char* key) {
  return {ec::bad_shape, std::string(key) + " must be an integer"};
}

} // namespace

outcome<std::string> repo_log_command(const command_call& x) {
  const auto payload = repo_payload(x);
  if (!payload)
    return payload.error();
  const auto repo = text_at(*payload, "repo");
  log_question asked{text_at(*payload, "rev"), text_at(*payload, "path")};
  if (!integer_at(*payload, "count", asked.count))
    return not_an_integer("count");
  const auto found = x.repos.log(repo, asked, x.bounds);
  if (!found)
    return found.error();
  auto commits = ordered::array();
  for (const auto& each : found->commits)
    commits.push_back({{"hash", each.hash}, {"author", each.author}, {"date", each.date}, {"subject", each.subject}});
  return repo_envelope(x, repo, found->truncated,
                       {{"at", repo + "@" + found->at}, {"path", asked.path}, {"commits", std::move(commits)}});
}

outcome<std::string> repo_diff_command(const command_call& x) {
  const auto payload = repo_payload(x);
  if (!payload)
    return payload.error();
  const auto repo = text_at(*payload, "repo");
  const diff_question asked{text_at(*payload, "from"), text_at(*payload, "to"), text_at(*payload, "path")};
  const auto found = x.repos.diff(repo, asked, x.bounds);
  if (!found)
    return found.error();
  return repo_envelope(x, repo, found->patch.truncated,
                       {{"at", repo + "@" + (found->to.empty() ? found->from : found->to)},
                        {"from", found->from},
                        {"to", found->to.empty() ? ordered(nullptr) : ordered(found->to)},
                        {"path", asked.path},
                        {"files", found->patch.files},
                        {"diff", found->patch.text}});
}

outcome<std::string> repo_show_command(const command_call& x) {
  const auto payload = repo_payload(x);
  if (!payload)
    return payload.error();
  const auto repo = text_at(*payload, "repo");
  const show_question asked{text_at(*payload, "rev"), text_at(*payload, "path")};
  const auto found = x.repos.show(repo, asked, x.bounds);
  if (!found)
    return found.error();
  const auto& commit = found->summary;
  return repo_envelope(x, repo, found->patch.truncated,
                       {{"at", repo + "@" + commit.hash},
                        {"hash", commit.hash},
                        {"author", commit.author},
                        {"date", commit.date},
                        {"subject", commit.subject},
                        {"body", found->body},
                        {"path", asked.path},
                        {"files", found->patch.files},
                        {"diff", found->patch.text}});
}

outcome<std::string> repo_blame_command(const command_call& x) {
  const auto payload = repo_payload(x);
  if (!payload)
    return payload.error();
  const auto repo = text_at(*payload, "repo");
  blame_question asked{text_at(*payload, "path"), text_at(*payload, "rev"), {}};
  if (!integer_at(*payload, "start", asked.lines.start))
    return not_an_integer("start");
  asked.lines.end = default_end(asked.lines.start);
  if (!integer_at(*payload, "end", asked.lines.end))
    return not_an_integer("end");
  const auto found = x.repos.blame(repo, asked, x.bounds);
  if (!found)
    return found.error();
  return repo_envelope(x, repo, found->truncated,
                       {{"at", repo + "@" + found->at},
                        {"path", asked.path},
                        {"start", found->shown.start},
                        {"end", found->shown.end},
                        {"lines", found->lines}});
}

outcome<std::string> repo_tree_command(const command_call& x) {
  const auto payload = repo_payload(x);
  if (!payload)
    return payload.error();
  const auto repo = text_at(*payload, "repo");
  tree_question asked{text_at(*payload, "path"), text_at(*payload, "rev")};
  if (!integer_at(*payload, "depth", asked.depth))
    return not_an_integer("depth");
  const auto found = x.repos.tree(repo, asked, x.bounds);
  if (!found)
    return found.error();
  return repo_envelope(x, repo, found->truncated,
                       {{"at", repo + "@" + found->at}, {"path", asked.path}, {"entries", found->entries}});
}

} // namespace claw
