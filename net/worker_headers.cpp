#include "net/worker_headers.hpp"

#include "actors/domain/limits.hpp"
#include "actors/domain/shorten.hpp"
#include "net/bounded_json.hpp"

namespace claw {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view{}
             : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string text_of(const http_request& x, std::string_view name) {
  return std::string{trimmed(x.field(name).value_or(std::string_view{}))};
}

/// Words for people, which nothing depends on: too long a text is cut, not refused.
std::string notes_of(const http_request& x) {
  return one_line(text_of(x, "X-Worker-Notes"), limits::worker_notes_bytes_max);
}

} // namespace

outcome<caps> parse_worker_caps(std::string_view header) {
  const auto text = trimmed(header);
  if (!text.starts_with('['))
    return caps::from_list(text);
  const auto value = parse_bounded_json(text);
  if (!value && value.error().code == ec::bad_shape)
    return failure{ec::bad_request, "X-Worker-Caps: " + value.error().why};
  if (!value)
    return caps::from_list(text);
  std::vector<std::string> names;
  for (const auto& x : *value)
    if (x.is_string())
      names.push_back(x.get<std::string>());
  return caps{std::move(names)};
}

outcome<worker_facts> worker_facts_of(const http_request& x, const api_caller& who) {
  auto said = parse_worker_caps(x.field("X-Worker-Caps").value_or(std::string_view{}));
  if (!said)
    return said.error();
  worker_facts facts{text_of(x, "X-Worker-Id"), text_of(x, "X-Worker-Boot-Id"), text_of(x, "X-Worker-Version"),
                     *std::move(said), who.principal, who.kid, notes_of(x)};
  const auto limit = limits::worker_id_bytes_max;
  if (facts.worker_id.size() > limit)
    return failure{ec::bad_request, "X-Worker-Id is longer than 255 bytes"};
  if (facts.boot_id.size() > limit || facts.version.size() > limit)
    return failure{ec::bad_request,
                   "X-Worker-Boot-Id or X-Worker-Version is longer than 255 bytes"};
  if (facts.caps.size() > limits::worker_caps_max)
    return failure{ec::bad_request, "X-Worker-Caps names more than 256 caps"};
  if (facts.worker_id.empty())
    facts.worker_id = who.worker_id;
  if (!who.worker_id.empty() && facts.worker_id != who.worker_id)
    return failure{ec::forbidden, "this token is for the worker " + who.worker_id
                                      + ", not for the one that X-Worker-Id names"};
  if (who.caps && text_of(x, "X-Worker-Caps").empty())
    facts.caps = *who.caps;
  if (who.caps && !who.caps->includes(facts.caps))
    return failure{ec::forbidden, "this token may not claim with the caps "
                                      + to_string(who.caps->missing_from(facts.caps))};
  return facts;
}

lease_proof lease_proof_of(const http_request& x, const api_caller& who) {
  lease_proof proof;
  if (auto lease = text_of(x, "X-Lease-Id"); !lease.empty())
    proof.lease_id = std::move(lease);
  if (auto worker = text_of(x, "X-Worker-Id"); !worker.empty())
    proof.worker_id = std::move(worker);
  else if (!who.worker_id.empty())
    proof.worker_id = who.worker_id;
  proof.principal = who.principal;
  return proof;
}

} // namespace claw
