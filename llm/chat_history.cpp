#include "llm/chat_history.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/bounded_json.hpp"
#include "llm/think_filter.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

namespace claw {

namespace {

void append_text(std::string& to, const std::string& text) {
  to += (to.empty() || text.empty() ? "" : "\n\n") + text;
}

/// Every assistant message with calls, each followed by the answers to them.
class pairing {
public:
  explicit pairing(const std::vector<chat_message>& in) : in_(in) {}

  std::vector<chat_message> run() {
    chat_message system{message_role::system, {}, {}, {}};
    for (std::size_t i = 0; i < in_.size(); ++i) {
      const auto& x = in_[i];
      switch (x.role) {
      case message_role::system:
        append_text(system.content, x.content);
        break;
      case message_role::user:
        out_.push_back({message_role::user, x.content, {}, {}});
        break;
      case message_role::assistant:
        assistant(i);
        break;
      case message_role::tool:
        break; // placed after its call
      }
    }
    if (!system.content.empty())
      out_.insert(out_.begin(), std::move(system));
    return std::move(out_);
  }

private:
  void assistant(std::size_t i) {
    chat_message x = in_[i];
    x.content = split_thinking(x.content).text;
    x.call_id.clear();
    std::vector<chat_message> answers;
    for (auto& call : x.calls) {
      chat_message answer{message_role::tool, answer_to(i, call.id), {}, {}};
      call.id = fresh_id(call.id);
      call.arguments_json = history_arguments(call.arguments_json);
      answer.call_id = call.id;
      answers.push_back(std::move(answer));
    }
    out_.push_back(std::move(x));
    out_.insert(out_.end(), answers.begin(), answers.end());
  }

  /// The first tool message after `i` that names the call and is not used yet.
  std::string answer_to(std::size_t i, const std::string& id) {
    for (std::size_t k = i + 1; k < in_.size(); ++k)
      if (in_[k].role == message_role::tool && in_[k].call_id == id && used_.insert(k).second)
        return in_[k].content;
    return R"({"error":"this call was not run"})";
  }

  std::string fresh_id(const std::string& id) {
    std::string out = is_call_id(id) ? id : call_id_from(id);
    for (int n = 1; !ids_.insert(out).second; ++n)
      out = call_id_from(id + "#" + std::to_string(n));
    return out;
  }

  const std::vector<chat_message>& in_;
  std::vector<chat_message> out_;
  std::set<std::size_t> used_;
  std::set<std::string> ids_;
};

std::vector<chat_message> one_call_each(const std::vector<chat_message>& in) {
  std::vector<chat_message> out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i].calls.size() < 2) {
      out.push_back(in[i]);
      continue;
    }
    for (std::size_t k = 0; k < in[i].calls.size(); ++k) {
      out.push_back({message_role::assistant, k == 0 ? in[i].content : "", {in[i].calls[k]}, {}});
      out.push_back(in[i + 1 + k]); // well formed: the answers follow in the calls' order
    }
    i += in[i].calls.size();
  }
  return out;
}

/// Templates count user and plain assistant messages; calls and their results stand outside of the count.
std::vector<chat_message> alternating(const std::vector<chat_message>& in) {
  std::vector<chat_message> out;
  for (const auto& x : in) {
    if (x.role == message_role::user && !out.empty()) {
      if (out.back().role == message_role::user) {
        append_text(out.back().content, x.content);
        continue;
      }
      if (out.back().role == message_role::tool)
        out.push_back({message_role::assistant, "I have these results.", {}, {}});
    }
    out.push_back(x);
  }
  return out;
}

std::vector<chat_message> without_system(std::vector<chat_message> in) {
  if (in.size() < 2 || in[0].role != message_role::system || in[1].role != message_role::user)
    return in;
  append_text(in[0].content, in[1].content);
  in[1].content = std::move(in[0].content);
  in.erase(in.begin());
  return in;
}

} // namespace

bool is_call_id(std::string_view id) {
  return id.size() == 9 && std::all_of(id.begin(), id.end(), is_alnum);
}

std::string call_id_from(std::string_view text) {
  uint64_t hash = 14695981039346656037ULL; // FNV-1a
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  constexpr std::string_view digits
      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out;
  for (int i = 0; i < 9; ++i, hash /= digits.size())
    out += digits[hash % digits.size()];
  return out;
}

std::string history_arguments(const std::string& arguments_json) {
  const auto x = parse_foreign_json(arguments_json);
  if (!x || !x->is_object())
    return "{}";
  const bool as_written = nlohmann::json::accept(arguments_json);
  return as_written ? arguments_json : json_text(*x);
}

std::vector<chat_message> well_formed_history(const std::vector<chat_message>& messages) {
  return pairing{messages}.run();
}

std::vector<chat_message> rewritten_history(std::vector<chat_message> messages,
                                            const template_quirks& quirks) {
  if (quirks.one_call_a_message)
    messages = one_call_each(messages);
  if (quirks.strict_turns)
    messages = alternating(messages);
  if (quirks.no_system_role)
    messages = without_system(std::move(messages));
  return messages;
}

template_quirks learned_quirks(template_quirks known, std::string_view message) {
  const auto has
      = [message](std::string_view x) { return message.find(x) != std::string_view::npos; };
  if (has("single tool-call"))
    known.one_call_a_message = true;
  else if (has("alternate"))
    known.strict_turns = true;
  else if (has("system"))
    known.no_system_role = true;
  else
    known = {true, true, known.no_system_role};
  return known;
}

} // namespace claw
