// Any request target: what is found in it is a part of it, and a query is read or refused.
#include "actors/domain/limits.hpp"
#include "net/api_bodies.hpp"
#include "net/api_routes.hpp"
#include "net/http_text.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({"/jobs/next?wait=25", "/jobs?status=queued&limit=5&cursor=01890000-0000-7000-8000-000000000000",
            "http://x/jobs/01890000-0000-7000-8000-000000000000/events?after=3&wait=0.5#f", "/workers/a%20b/drain", "*",
            "/jobs?requester=a+b%2B&command=%00", "/openapi.json"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const std::string_view target{reinterpret_cast<const char*>(bytes), size};
  claw::http_request x;
  claw::split_target(target, x);
  CLAW_ASSERT(x.path.find_first_of("?#") == std::string_view::npos);
  CLAW_ASSERT(x.query.find('#') == std::string_view::npos);
  CLAW_ASSERT(x.path.size() + x.query.size() <= size + 1);
  for (auto method : {"GET", "POST", "HEAD", "PUT"}) {
    const auto match = claw::match_route(method, x.path);
    CLAW_ASSERT(match.id_text.find('/') == std::string_view::npos);
    CLAW_ASSERT(match.row == nullptr || match.allow.empty() || match.row->route != claw::api_route::health);
    CLAW_ASSERT(claw::percent_decoded(match.id_text).size() <= match.id_text.size());
  }
  if (const auto wait = claw::parse_wait(x.query))
    CLAW_ASSERT(wait->count() >= 0 && *wait <= claw::limits::claim_wait_max);
  if (const auto listing = claw::parse_listing(x.query))
    CLAW_ASSERT(listing->limit > 0 && listing->limit <= claw::limits::page_jobs_max);
  if (const auto after = claw::parse_after(x.query))
    CLAW_ASSERT(*after == 0 || claw::query_value(x.query, "after"));
  return 0;
}
