#include "storage/job_codec.hpp"

#include "storage/byte_stream.hpp"
#include "storage/record_frame.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace claw {

namespace {

constexpr uint8_t job_version = 4;   // 2: not_before_s to create_digest; 3: owner to lease_kid; 4: the chain
constexpr uint8_t event_version = 2; // 2: the hash of the chain
constexpr uint8_t text_version = 1;

constexpr uint8_t job_version_chained = 4; ///< from here on
constexpr uint8_t event_version_chained = 2;

constexpr auto status_max = static_cast<uint64_t>(job_status::failed);
constexpr auto end_max = static_cast<uint64_t>(job_end::dead);
constexpr auto event_kind_max = static_cast<uint64_t>(job_event_kind::checkpoint);
constexpr uint64_t uint32_max = std::numeric_limits<uint32_t>::max();

failure broken(const char* what, const job_id& id, std::string_view why) {
  return broken_record(std::string{what} + " of job " + to_string(id), why);
}

struct chained_fields {
  uint8_t version = 0;
  std::string_view fields;
  chain_hash hash = chain_begin;
};

/// Takes version, checksum and, where there is one, the hash off.
outcome<chained_fields> chained_fields_of(std::string_view key, std::string_view bytes, uint8_t version,
                                          uint8_t version_chained) {
  const auto framed = fields_of(key, bytes, version);
  if (!framed)
    return framed.error();
  chained_fields x{framed->version, framed->fields};
  if (x.version < version_chained)
    return x;
  if (x.fields.size() < x.hash.size())
    return failure{ec::store_broken, "is too short"};
  std::copy_n(x.fields.begin(), x.hash.size(), x.hash.begin());
  x.fields.remove_prefix(x.hash.size());
  return x;
}

outcome<chained_fields> fields_of_job(const job_id& id, std::string_view bytes) {
  auto x = chained_fields_of(key_of(id), bytes, job_version, job_version_chained);
  return x ? x : broken("record", id, x.error().why);
}

outcome<chained_fields> fields_of_event(const job_id& id, uint64_t sequence, std::string_view bytes) {
  const auto key = key_of(id, sequence);
  auto x = chained_fields_of(view(key), bytes, event_version, event_version_chained);
  return x ? x : broken("event", id, x.error().why);
}

void put_tags(byte_writer& out, const std::map<std::string, std::string>& x) {
  out.number(x.size());
  for (const auto& [name, value] : x) {
    out.text(name);
    out.text(value);
  }
}

std::map<std::string, std::string> take_tags(byte_reader& in) {
  const auto count = in.number_up_to(in.left()); // a tag takes at least two bytes
  std::map<std::string, std::string> tags;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    std::string name{in.text()};
    tags[std::move(name)] = in.text();
  }
  return tags;
}

} // namespace

std::string_view key_of(const job_id& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

text_key key_of(const job_id& id, job_text kind) {
  text_key key{};
  std::copy(id.bytes.begin(), id.bytes.end(), key.begin());
  key.back() = static_cast<char>(kind);
  return key;
}

event_key key_of(const job_id& id, uint64_t sequence) {
  event_key key{};
  std::copy(id.bytes.begin(), id.bytes.end(), key.begin());
  for (std::size_t i = key.size(); i-- > id.bytes.size(); sequence >>= 8)
    key[i] = static_cast<char>(sequence & 0xff);
  return key;
}

std::optional<job_id> id_from_key(std::string_view key) {
  job_id id;
  if (key.size() != id.bytes.size())
    return std::nullopt;
  std::transform(key.begin(), key.end(), id.bytes.begin(),
                 [](char c) { return static_cast<uint8_t>(c); });
  return id;
}

std::optional<uint64_t> sequence_from_key(std::string_view key) {
  if (key.size() != event_key{}.size())
    return std::nullopt;
  uint64_t sequence = 0;
  for (std::size_t i = job_id{}.bytes.size(); i < key.size(); ++i)
    sequence = sequence << 8 | static_cast<uint8_t>(key[i]);
  return sequence;
}

void encode(const job& x, const chain_hash& head, std::string& out) {
  const auto from = out.size();
  byte_writer w{out};
  w.byte(job_version);
  out.append(head.data(), head.size());
  w.signed_number(x.created_s);
  w.text(x.command);
  w.optional_text(x.requires_json);
  put_caps(w, x.required);
  w.signed_number(x.priority);
  w.text(x.requester);
  w.number(static_cast<uint64_t>(x.status));
  w.number(static_cast<uint64_t>(x.end));
  w.number(x.attempt);
  w.number(x.attempts_max);
  w.text(x.worker_id);
  w.text(x.worker_boot_id);
  w.text(x.lease_id);
  w.text(x.last_lease_id);
  w.optional_number(x.started_s);
  w.optional_number(x.finished_s);
  w.optional_number(x.lease_until_s);
  w.byte(x.cancel_asked ? 1 : 0);
  w.number(x.events);
  w.optional_number(x.not_before_s);
  w.optional_number(x.deadline_s);
  put_tags(w, x.tags);
  w.text(x.create_key);
  w.text(x.create_digest);
  w.text(x.owner);
  w.text(x.lease_principal);
  w.text(x.lease_kid);
  append_checksum(key_of(x.id), from, out);
}

chain_hash encode(const job_id& id, const job_event& x, const chain_hash& before, std::string& out) {
  const auto from = out.size();
  byte_writer w{out};
  w.byte(event_version);
  const auto hash_at = out.size();
  out.append(before.data(), before.size()); // room for the event's own
  const auto fields_at = out.size();
  w.signed_number(x.at_ms);
  w.number(static_cast<uint64_t>(x.kind));
  w.number(x.attempt);
  w.text(x.worker_id);
  w.text(x.why);
  w.text(x.data_json);
  const auto key = key_of(id, x.sequence);
  const auto hash = chain_link(before, view(key), std::string_view{out}.substr(fields_at));
  std::copy(hash.begin(), hash.end(), out.begin() + static_cast<std::ptrdiff_t>(hash_at));
  append_checksum(view(key), from, out);
  return hash;
}

void encode(const job_id& id, job_text kind, std::string_view text, std::string& out) {
  const auto from = out.size();
  byte_writer{out}.byte(text_version);
  out.append(text);
  append_checksum(view(key_of(id, kind)), from, out);
}

outcome<job> decode_job(const job_id& id, std::string_view bytes) {
  const auto fields = fields_of_job(id, bytes);
  if (!fields)
    return fields.error();
  byte_reader r{fields->fields};
  job x;
  x.id = id;
  x.created_s = r.signed_number();
  x.command = r.text();
  x.requires_json = r.optional_text();
  x.required = take_caps(r);
  const auto priority = r.signed_number();
  x.priority = static_cast<int32_t>(priority);
  x.requester = r.text();
  x.status = static_cast<job_status>(r.number_up_to(status_max));
  x.end = static_cast<job_end>(r.number_up_to(end_max));
  x.attempt = static_cast<uint32_t>(r.number_up_to(uint32_max));
  x.attempts_max = static_cast<uint32_t>(r.number_up_to(uint32_max));
  x.worker_id = r.text();
  x.worker_boot_id = r.text();
  x.lease_id = r.text();
  x.last_lease_id = r.text();
  x.started_s = r.optional_number();
  x.finished_s = r.optional_number();
  x.lease_until_s = r.optional_number();
  x.cancel_asked = r.number_up_to(1) == 1;
  x.events = r.number();
  if (fields->version >= 2) {
    x.not_before_s = r.optional_number();
    x.deadline_s = r.optional_number();
    x.tags = take_tags(r);
    x.create_key = r.text();
    x.create_digest = r.text();
  }
  if (fields->version >= 3) {
    x.owner = r.text();
    x.lease_principal = r.text();
    x.lease_kid = r.text();
  }
  if (!r.at_end() || x.priority != priority)
    return broken("record", id, "has a field that cannot be");
  return x;
}

outcome<job_event> decode_event(const job_id& id, uint64_t sequence, std::string_view bytes) {
  const auto fields = fields_of_event(id, sequence, bytes);
  if (!fields)
    return fields.error();
  byte_reader r{fields->fields};
  job_event x;
  x.sequence = sequence;
  x.at_ms = r.signed_number();
  x.kind = static_cast<job_event_kind>(r.number_up_to(event_kind_max));
  x.attempt = static_cast<uint32_t>(r.number_up_to(uint32_max));
  x.worker_id = r.text();
  x.why = r.text();
  x.data_json = r.text();
  if (!r.at_end())
    return broken("event", id, "has a field that cannot be");
  return x;
}

outcome<std::string_view> view_text(const job_id& id, job_text kind, std::string_view bytes) {
  const auto key = key_of(id, kind);
  const auto fields = fields_of(view(key), bytes, text_version);
  if (!fields)
    return broken("text", id, fields.error().why);
  return fields->fields;
}

outcome<std::string> decode_text(const job_id& id, job_text kind, std::string_view bytes) {
  const auto text = view_text(id, kind, bytes);
  return text ? outcome<std::string>{std::string{*text}} : text.error();
}

outcome<chain_hash> decode_chain_head(const job_id& id, std::string_view bytes) {
  const auto fields = fields_of_job(id, bytes);
  return fields ? outcome<chain_hash>{fields->hash} : fields.error();
}

outcome<checked_link> check_link(const job_id& id, uint64_t sequence, std::string_view bytes,
                                 const chain_hash& before) {
  const auto fields = fields_of_event(id, sequence, bytes);
  if (!fields)
    return fields.error();
  const auto key = key_of(id, sequence);
  return checked_link{fields->hash, chain_link(before, view(key), fields->fields)};
}

} // namespace claw
