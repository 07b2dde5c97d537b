#include "llm/call_assembler.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/bounded_json.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

/// Servers send arguments as a string of JSON (the contract), as an object, as null or not at all.
std::string arguments_of(const nlohmann::json& function) {
  const auto found = function.find("arguments");
  if (found == function.end() || found->is_null())
    return {};
  return found->is_string() ? found->get<std::string>() : json_text(*found);
}

std::string clean_name(std::string_view name) {
  constexpr std::string_view prefix = "functions.";
  name = trimmed(name);
  if (name.starts_with(prefix))
    name.remove_prefix(prefix.size());
  return std::string{name};
}

} // namespace

void json_balance::feed(const std::string& piece) {
  for (const char c : piece) {
    if (in_string_) {
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      opened_ = true;
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
}

call_assembler::call_assembler(std::vector<std::string> known_names)
    : known_names_(std::move(known_names)) {}

bool call_assembler::is_known(const std::string& name) const {
  return std::find(known_names_.begin(), known_names_.end(), clean_name(name))
         != known_names_.end();
}

call_assembler::piece call_assembler::read(const nlohmann::json& x) {
  piece p;
  p.id = text_at(x, "id");
  if (const auto index = x.find("index"); index != x.end() && index->is_number_integer()) {
    p.has_index = true;
    p.index = index->get<int64_t>();
  }
  if (const auto function = x.find("function"); function != x.end() && function->is_object()) {
    p.name = text_at(*function, "name");
    p.arguments = arguments_of(*function);
  }
  return p;
}

void call_assembler::feed(const nlohmann::json& pieces) {
  if (!pieces.is_array())
    return;
  for (const auto& x : pieces)
    if (x.is_object())
      add(read(x));
}

void call_assembler::feed_whole(const nlohmann::json& calls) {
  if (!calls.is_array())
    return;
  for (const auto& x : calls)
    if (x.is_object() && slots_.size() < calls_max)
      merge(slots_.emplace_back(), read(x));
}

void call_assembler::feed_function_call(const nlohmann::json& x) {
  if (!x.is_object())
    return;
  piece p;
  p.has_index = true;
  p.name = text_at(x, "name");
  p.arguments = arguments_of(x);
  add(p);
}

bool call_assembler::starts_new_call(const slot& current, const piece& x) const {
  const raw_call& c = current.call;
  const bool other_id = !x.id.empty() && !c.id.empty() && x.id != c.id;
  if (other_id) // some servers make a new id for every piece of one call
    return !x.name.empty() || current.balance.closed();
  if (x.name.empty() || c.name.empty())
    return false;
  if (current.balance.closed() && !x.arguments.empty()) // nothing can follow a closed object
    return true;
  if (!x.id.empty() && x.id == c.id)
    return false;
  if (!x.has_index)
    return known_names_.empty() || is_known(c.name);
  return is_known(c.name) && is_known(x.name) && x.name != c.name;
}

void call_assembler::add(const piece& x) {
  if (x.id.empty() && x.name.empty() && x.arguments.empty() && !x.has_index)
    return;
  std::size_t at = slots_.size();
  if (x.has_index) {
    if (const auto found = by_index_.find(x.index); found != by_index_.end())
      at = found->second;
  } else if (!slots_.empty()) {
    at = slots_.size() - 1;
    for (std::size_t i = 0; i < slots_.size() && !x.id.empty(); ++i)
      if (slots_[i].call.id == x.id && x.name.empty())
        at = i;
  }
  if (at < slots_.size() && starts_new_call(slots_[at], x))
    at = slots_.size();
  if (at == slots_.size()) {
    if (slots_.size() >= calls_max)
      return;
    slots_.emplace_back();
  }
  if (x.has_index)
    by_index_[x.index] = at;
  merge(slots_[at], x);
}

void call_assembler::merge(slot& s, const piece& x) const {
  raw_call& c = s.call;
  if (c.id.empty())
    c.id = x.id;
  // The first piece, or the name as far as it is known; else the second half of a name.
  if (c.name.empty() || x.name.rfind(c.name, 0) == 0)
    c.name = x.name.empty() ? c.name : x.name;
  else if (!x.name.empty() && !is_known(c.name))
    c.name += x.name;
  c.arguments += x.arguments;
  s.balance.feed(x.arguments);
}

std::vector<raw_call> call_assembler::calls() const {
  std::vector<raw_call> out;
  for (const auto& s : slots_) {
    raw_call c = s.call;
    c.name = clean_name(c.name);
    c.arguments = join_surrogates(std::move(c.arguments));
    if (!c.name.empty())
      out.push_back(std::move(c));
  }
  return out;
}

} // namespace claw
