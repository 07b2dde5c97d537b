// Any body of a new job, a result, a failure or progress: it is within the contract's limits, or refused in its words.
#include "actors/domain/limits.hpp"
#include "net/api_access.hpp"
#include "net/api_bodies.hpp"
#include "net/bounded_json.hpp"
#include "test/fuzz/seeded.hpp"

#include <algorithm>

FUZZ_SEEDS({R"(0{"command":"ping","payload":"p","requires":{"caps":["a"]},"priority":5,"max_attempts":3})",
            R"(0{"command":"llm_task","not_before":1,"deadline":2,"requester":"r","tags":{"a":"b"},"payload":null})",
            R"(1{"result":"r"})", R"(2{"error":" e "})",
            R"(3[{"type":"status","data":{}},{"type":"checkpoint","data":{"a":1}}])",
            R"(3{"type":"delta","data":null})", "0", R"(0{"requires":[[[[]]]]})",
            R"(0{"priority":1e400,"deadline":99999999999999999999})"})

namespace {

using namespace claw;

constexpr std::size_t text_bytes_max = 1'000;

template <class T>
void refused_as_written(const outcome<T>& x) {
  const auto status = http_status(x.error().code);
  CLAW_ASSERT(status == 400 || status == 413 || status == 422);
  CLAW_ASSERT(!x.error().why.empty());
}

void read_new_job(std::string_view body) {
  const auto x = parse_new_job(body);
  if (!x)
    return refused_as_written(x);
  const auto known = known_commands();
  CLAW_ASSERT(std::find(known.begin(), known.end(), x->command) != known.end());
  CLAW_ASSERT(x->payload.size() <= limits::payload_bytes_max);
  CLAW_ASSERT(!x->requires_json || x->requires_json->size() <= limits::requires_bytes_max);
  CLAW_ASSERT(x->priority >= -limits::priority_max && x->priority <= limits::priority_max);
  CLAW_ASSERT(!x->attempts_max || (*x->attempts_max > 0 && *x->attempts_max <= attempts_most));
  CLAW_ASSERT(x->requester.size() <= requester_bytes_max && x->tags.size() <= limits::tags_max);
  CLAW_ASSERT(is_json_no_deeper_than(body, limits::json_depth_max));
}

void read_finish(finish_kind kind, std::string_view body) {
  const auto x = parse_finish(kind, body, text_bytes_max);
  if (!x)
    return refused_as_written(x);
  CLAW_ASSERT(x->size() <= text_bytes_max);
  CLAW_ASSERT(kind == finish_kind::result || !x->empty());
}

void read_progress(std::string_view body) {
  const auto x = parse_progress(body);
  if (!x)
    return refused_as_written(x);
  for (const auto& entry : *x) {
    CLAW_ASSERT(entry.kind >= job_event_kind::status);
    CLAW_ASSERT(parse_bounded_json(entry.data_json));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view body{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  switch (bytes[0] % 4) {
  case 0:
    read_new_job(body);
    break;
  case 1:
    read_finish(finish_kind::result, body);
    break;
  case 2:
    read_finish(finish_kind::failure, body);
    break;
  default:
    read_progress(body);
  }
  return 0;
}
