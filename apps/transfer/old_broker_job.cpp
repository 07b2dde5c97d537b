#include "apps/transfer/old_broker_job.hpp"

#include "actors/domain/job_transitions.hpp"
#include "actors/domain/limits.hpp"
#include "net/api_access.hpp"
#include "net/requires_codec.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace claw {

namespace {

constexpr int64_t created_s_max = 253'402'300'799; ///< the last second of the year 9999

/// The old broker knew no leases; one that ended a job has a name.
constexpr const char* old_lease = "old-broker";

/// What is random in the old id, which is a UUID of version 4; of any other text a hash.
std::array<uint8_t, 16> random_bits(const std::string& old_id) {
  if (const auto uuid = parse_job_id(old_id))
    return uuid->bytes;
  const auto digest = sha256(old_id);
  std::array<uint8_t, 16> bits{};
  std::copy_n(digest.begin(), bits.size(), bits.begin());
  return bits;
}

/// Goes on with the life of a job in the same change.
void live(job_change& life, job_change next) {
  life.after = std::move(next.after);
  for (auto& e : next.events)
    life.events.push_back(std::move(e));
  for (auto& [kind, text] : next.texts) {
    std::erase_if(life.texts, [k = kind](const auto& x) { return x.first == k; });
    if (text)
      life.texts.emplace_back(kind, std::move(text));
  }
}

} // namespace

job_id id_of(const old_broker_job& x) {
  job_id id{random_bits(x.id)};
  const auto ms = static_cast<uint64_t>(x.created_s) * 1'000;
  for (std::size_t i = 0; i < 6; ++i)
    id.bytes[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = static_cast<uint8_t>(0x70 | (id.bytes[6] & 0x0f)); // RFC 9562, 5.7
  id.bytes[8] = static_cast<uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

outcome<job_change> whole_job_of(const old_broker_job& x) {
  if (x.created_s < 0 || x.created_s > created_s_max)
    return failure{ec::bad_shape, "its created_at is no time in seconds"};
  auto required = required_caps(x.requires_json.value_or(""));
  if (!required)
    return required.error();
  job first;
  first.id = id_of(x);
  first.command = x.command;
  first.requires_json = x.requires_json;
  first.required = *std::move(required);
  first.attempts_max = limits::attempts_max;
  first.tags[old_id_tag] = x.id;
  auto life = created(std::move(first), x.payload, x.created_s * 1'000);
  if (x.status == "queued" || x.status == "running")
    return life;
  if (x.status != "done" && x.status != "failed")
    return failure{ec::bad_shape, "its status is \"" + x.status + "\", which the old broker did not have"};
  const bool failed = x.status == "failed";
  const auto begun_s = x.started_s.value_or(x.created_s);
  if (!failed || x.started_s || !x.worker_id.empty())
    live(life, claimed(life.after, {x.worker_id, "", old_lease, begun_s}, begun_s * 1'000));
  const auto text = failed ? x.error.value_or("unknown") : x.result.value_or("");
  live(life, finished(life.after, {failed, text, x.worker_id}, x.finished_s.value_or(begun_s) * 1'000));
  return life;
}

} // namespace claw
