#include "test/support/stand_in_answer.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace claw::test {

namespace {

using nlohmann::json;

struct finished_call {
  std::string name;
  json arguments;
  std::string content; ///< the tool message as it came
  json result;         ///< the JSON object inside of it, null when there is none
};

struct conversation {
  std::string question;
  std::vector<finished_call> calls; ///< since the question
  std::set<std::string> tools;      ///< that may be called now

  const finished_call* last(const std::string& name) const {
    const auto found
        = std::find_if(calls.rbegin(), calls.rend(), [&](const auto& x) { return x.name == name; });
    return found == calls.rend() ? nullptr : &*found;
  }
};

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

std::string text_of(const json& x, const char* key) {
  return x.is_object() && x.contains(key) && x[key].is_string() ? x[key].get<std::string>() : "";
}

json object_in(const std::string& text) {
  const auto first = text.find('{');
  const auto last = text.rfind('}');
  if (first == std::string::npos || last == std::string::npos || last < first)
    return nullptr;
  auto x = json::parse(text.substr(first, last - first + 1), nullptr, false);
  return x.is_object() ? x : json(nullptr);
}

/// The value of a key, wherever in the object it stands.
json find_key(const json& x, const std::string& key) {
  if (x.is_object() && x.contains(key))
    return x[key];
  if (x.is_structured())
    for (const auto& inner : x)
      if (auto found = find_key(inner, key); !found.is_null())
        return found;
  return nullptr;
}

conversation read(const json& request) {
  conversation out;
  if (request.contains("tools") && request["tools"].is_array()
      && text_of(request, "tool_choice") != "none")
    for (const auto& x : request["tools"])
      out.tools.insert(text_of(x.value("function", json::object()), "name"));
  std::string before;
  std::vector<json> open;
  for (const auto& x : request.value("messages", json::array())) {
    const auto role = text_of(x, "role");
    if (role == "user" && before != "tool") { // what follows results is the loop's own word
      out.question = text_of(x, "content");
      out.calls.clear();
    } else if (role == "assistant") {
      open = x.value("tool_calls", json::array()).get<std::vector<json>>();
    } else if (role == "tool") {
      for (const auto& call : open)
        if (text_of(call, "id") == text_of(x, "tool_call_id"))
          out.calls.push_back({text_of(call["function"], "name"),
                               json::parse(text_of(call["function"], "arguments"), nullptr, false),
                               text_of(x, "content"), object_in(text_of(x, "content"))});
    }
    before = role;
  }
  return out;
}

spoken_reply say(const std::string& text) {
  spoken_reply out;
  out.text = text + "\n\n" + stand_in_notice;
  return out;
}

spoken_reply call(const conversation& c, const std::string& name, const json& arguments) {
  if (c.tools.count(name) == 0)
    return say("I would need the tool " + name + " for that, and it is not offered to me now.");
  spoken_reply out;
  out.calls.push_back(
      {"call_stand_in_" + std::to_string(c.calls.size() + 1), name, arguments.dump()});
  return out;
}

std::vector<std::string> repos_of(const finished_call& list) {
  std::vector<std::string> out;
  for (const auto& x : find_key(list.result, "repos"))
    out.push_back(x.is_string() ? x.get<std::string>() : text_of(x, "name"));
  return out;
}

/// The repo that the question names, else the first.
std::string chosen_repo(const conversation& c, const std::vector<std::string>& repos) {
  for (const auto& x : repos)
    if (c.question.find(x) != std::string::npos)
      return x;
  return repos.front();
}

/// A text that a tool returned: under `key` of its JSON, or bare between the marks that fence tool output.
std::string text_in(const finished_call& x, const std::string& key) {
  if (const auto found = find_key(x.result, key); found.is_string())
    return found.get<std::string>();
  if (find_key(x.result, "error").is_string())
    return "";
  auto text = x.content;
  if (text.rfind("<tool_output", 0) == 0)
    text.erase(0, std::min(text.find('>'), text.size() - 1) + 1);
  if (const auto end = text.rfind("</tool_output"); end != std::string::npos)
    text.erase(end);
  const auto first = text.find_first_not_of("\r\n");
  return first == std::string::npos ? "" : text.substr(first);
}

std::string trouble_of(const finished_call& x) {
  const auto error = find_key(x.result, "error");
  return error.is_string() ? error.get<std::string>() : "";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at)
      out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

spoken_reply answer_repos(const conversation& c) {
  const auto* list = c.last("repo_list");
  if (list == nullptr)
    return call(c, "repo_list", json::object());
  const auto repos = repos_of(*list);
  if (repos.empty())
    return say("No repos are configured on this worker.");
  std::string text = repos.size() == 1
                         ? "One repo is configured on this worker:"
                         : std::to_string(repos.size()) + " repos are configured on this worker:";
  for (const auto& x : repos)
    text += "\n- " + x;
  return say(text);
}

std::string summary_of(const std::string& query, const std::string& repo,
                       const std::vector<std::string>& hits, const finished_call* file) {
  std::string text = "\"" + query + "\" is found in " + std::to_string(hits.size())
                     + (hits.size() == 1 ? " line" : " lines") + " of the repo " + repo + ":";
  for (std::size_t i = 0; i < std::min<std::size_t>(hits.size(), 5); ++i)
    text += "\n- " + hits[i].substr(0, 160);
  if (file == nullptr)
    return text;
  text += "\n\nAround the first hit, " + text_of(file->arguments, "path") + " says:\n";
  const auto lines = lines_of(text_in(*file, "content"));
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 12); ++i)
    text += "\n    " + lines[i].substr(0, 160);
  return text;
}

spoken_reply answer_search(const conversation& c, const std::string& query) {
  const auto* list = c.last("repo_list");
  if (list == nullptr)
    return call(c, "repo_list", json::object());
  const auto repos = repos_of(*list);
  if (repos.empty())
    return say("There is no repo on this worker to search in.");
  const auto repo = chosen_repo(c, repos);
  const auto* grep = c.last("repo_grep");
  if (grep == nullptr)
    return call(c, "repo_grep", {{"repo", repo}, {"query", query}});
  const auto matches = text_in(*grep, "matches");
  const auto hits = lines_of(matches.rfind("no match", 0) == 0 ? "" : matches);
  if (hits.empty()) {
    const auto trouble = trouble_of(*grep);
    return say(trouble.empty() ? "Nothing in the repo " + repo + " contains \"" + query + "\"."
                               : "The search did not work: " + trouble);
  }
  const auto first = hits.front().find(':');
  const auto line = first == std::string::npos ? 0 : std::atoi(hits.front().c_str() + first + 1);
  const auto* file = c.last("repo_readfile");
  if (file == nullptr && line > 0 && c.tools.count("repo_readfile") != 0)
    return call(c, "repo_readfile",
                {{"repo", repo},
                 {"path", hits.front().substr(0, first)},
                 {"start_line", std::max(1, line - 4)},
                 {"end_line", line + 12}});
  return say(summary_of(query, repo, hits, file));
}

spoken_reply answer_read(const conversation& c, const std::string& path) {
  const auto* list = c.last("repo_list");
  if (list == nullptr)
    return call(c, "repo_list", json::object());
  const auto repos = repos_of(*list);
  if (repos.empty())
    return say("There is no repo on this worker to read from.");
  const auto* file = c.last("repo_readfile");
  if (file == nullptr)
    return call(c, "repo_readfile", {{"repo", chosen_repo(c, repos)}, {"path", path}});
  const auto content = text_in(*file, "content");
  if (content.empty())
    return say("I could not read " + path + ": "
               + (trouble_of(*file).empty() ? "no content" : trouble_of(*file)));
  std::string text = path + " begins like this:\n";
  const auto lines = lines_of(content);
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 20); ++i)
    text += "\n    " + lines[i].substr(0, 160);
  return say(text);
}

/// The words between the first pair of double quotes after `word`, "" where there are none.
std::string quoted_after(const std::string& text, const std::string& word) {
  const auto at = lower(text).find(word);
  const auto open = at == std::string::npos ? at : text.find('"', at);
  const auto close = open == std::string::npos ? open : text.find('"', open + 1);
  return close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
}

std::string path_to_read(const std::string& question) {
  const auto at = lower(question).find("read ");
  if (at == std::string::npos || (at > 0 && question[at - 1] != ' ' && question[at - 1] != '\n'))
    return {};
  const auto begin = question.find_first_not_of(' ', at + 5);
  if (begin == std::string::npos)
    return {};
  auto path = question.substr(begin, question.find_first_of(" \n\t", begin) - begin);
  while (path.size() > 1 && std::string{".,?!\"'`"}.find(path.back()) != std::string::npos)
    path.pop_back();
  return path;
}

} // namespace

spoken_reply stand_in_answer(const json& request) {
  const auto c = read(request);
  spoken_reply out;
  if (const auto query = quoted_after(c.question, "search for"); !query.empty())
    out = answer_search(c, query);
  else if (const auto path = path_to_read(c.question); !path.empty())
    out = answer_read(c, path);
  else if (lower(c.question).find("repo") != std::string::npos)
    out = answer_repos(c);
  else
    out = say("I am the scripted stand-in. I can tell which repos there are, search for \"a word\" "
              "in quotes, and read a "
              "file; anything else needs a real model.");
  const auto tokens = [](std::size_t bytes) { return static_cast<unsigned>(bytes / 4 + 1); };
  std::size_t spoken = out.text.size();
  for (const auto& x : out.calls)
    spoken += x.name.size() + x.arguments.size();
  out.usage = {tokens(request.dump(-1, ' ', false, json::error_handler_t::replace).size()),
               tokens(spoken)};
  out.model = "scripted-stand-in";
  return out;
}

} // namespace claw::test
