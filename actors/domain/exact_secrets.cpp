#include "actors/domain/exact_secrets.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/invisible_text.hpp"

#include <algorithm>
#include <deque>

namespace claw {

namespace {

bool is_unreserved(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string url_encoded(std::string_view value, const char* digits) {
  std::string text;
  for (const char c : value) {
    if (is_unreserved(c)) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string json_escaped(std::string_view value, bool slashes) {
  std::string text;
  for (const char c : value) {
    if (c == '"' || c == '\\' || (c == '/' && slashes))
      text += '\\';
    text += c;
  }
  return text;
}

/// The base64 characters of `value` that do not depend on its neighbours when `shift` bytes stand before it.
std::string base64_inside(std::string_view value, std::size_t shift, const char* digits) {
  std::string text;
  const std::size_t bits = (shift + value.size()) * 8;
  for (std::size_t at = (shift * 8 + 5) / 6 * 6; at + 6 <= bits; at += 6) {
    unsigned sextet = 0;
    for (std::size_t bit = at; bit < at + 6; ++bit) {
      const auto byte = static_cast<unsigned char>(value[bit / 8 - shift]);
      sextet = sextet << 1 | ((byte >> (7 - bit % 8)) & 1U);
    }
    text += digits[sextet];
  }
  return text;
}

constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char base64_url_digits[]
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

std::vector<std::string> encodings_of(const std::string& value) {
  std::vector<std::string> all{value, url_encoded(value, "0123456789ABCDEF"),
                               url_encoded(value, "0123456789abcdef"), json_escaped(value, false),
                               json_escaped(value, true)};
  for (std::size_t shift = 0; shift < 3; ++shift) {
    all.push_back(base64_inside(value, shift, base64_digits));
    all.push_back(base64_inside(value, shift, base64_url_digits));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

exact_secrets::exact_secrets(const std::vector<std::string>& values) : nodes_(1) {
  for (const auto& value : values) {
    if (value.size() < bytes_min)
      continue;
    for (const auto& encoded : encodings_of(value)) {
      const auto pattern = visible_part(encoded);
      if (pattern.size() >= bytes_min)
        add(pattern);
      if (pattern.size() < cut_bytes_min)
        continue;
      const auto most = (pattern.size() * 3 + 3) / 4;
      add(std::string_view{pattern}.substr(0, most));
      add(std::string_view{pattern}.substr(pattern.size() - most));
    }
  }
  link();
}

void exact_secrets::add(std::string_view pattern) {
  std::size_t at = 0;
  for (const char c : pattern) {
    const auto found = nodes_[at].children.find(c);
    if (found != nodes_[at].children.end()) {
      at = found->second;
      continue;
    }
    const auto fresh = static_cast<uint32_t>(nodes_.size());
    const auto depth = nodes_[at].depth + 1;
    nodes_[at].children.emplace(c, fresh);
    nodes_.emplace_back().depth = depth;
    at = fresh;
  }
  nodes_[at].hit = pattern.size();
}

void exact_secrets::link() {
  std::deque<uint32_t> open;
  for (const auto& [c, child] : nodes_[0].children) {
    open.push_back(child);
    begins_[static_cast<unsigned char>(c)] = true;
  }
  while (!open.empty()) {
    const auto parent = open.front();
    open.pop_front();
    for (const auto& [c, child] : nodes_[parent].children) {
      open.push_back(child);
      auto back = nodes_[parent].fallback;
      while (back != 0 && nodes_[back].children.count(c) == 0)
        back = nodes_[back].fallback;
      const auto found = nodes_[back].children.find(c);
      nodes_[child].fallback = found == nodes_[back].children.end() ? 0 : found->second;
      nodes_[child].hit = std::max(nodes_[child].hit, nodes_[nodes_[child].fallback].hit);
    }
  }
}

uint32_t exact_secrets::step(uint32_t at, char byte, std::size_t& steps) const {
  for (;; at = nodes_[at].fallback) {
    ++steps;
    if (const auto found = nodes_[at].children.find(byte); found != nodes_[at].children.end())
      return found->second;
    if (at == 0)
      return 0;
  }
}

exact_secrets::progress exact_secrets::next(state from, std::string_view text, std::size_t& steps) const {
  auto at = static_cast<uint32_t>(from);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (at == 0 && !begins_[static_cast<unsigned char>(text[i])]) {
      ++steps;
      continue;
    }
    at = step(at, text[i], steps);
    if (nodes_[at].hit > 0)
      return {static_cast<state>(at), i + 1, nodes_[at].hit};
  }
  return {static_cast<state>(at), text.size(), 0};
}

} // namespace claw
