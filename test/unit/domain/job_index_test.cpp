#include "actors/domain/claim_line.hpp"
#include "actors/domain/job_index.hpp"
#include "actors/domain/limits.hpp"
#include "test/support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

using namespace claw;
using namespace std::chrono_literals;

namespace {

job_id id_of(uint32_t n) {
  job_id id;
  for (std::size_t i = 0; i < 4; ++i)
    id.bytes[i] = static_cast<uint8_t>(n >> (24 - 8 * i));
  return id;
}

caps of(std::string_view names) {
  return caps::from_list(names);
}

} // namespace

TEST_CASE("the oldest job that matches is taken, whatever stands before it", "[job_index]") {
  job_index index;
  index.add(id_of(1), of("gpu"), 0);
  index.add(id_of(3), of(""), 0);
  index.add(id_of(2), of("a,b"), 0);
  CHECK(index.take(of("x")) == id_of(3));
  CHECK_FALSE(index.take(of("a")));
  CHECK_FALSE(index.take(of("b")));
  CHECK(index.take(of("b,a,c")) == id_of(2));
  CHECK(index.take(of("gpu")) == id_of(1));
  CHECK(index.empty());
}

TEST_CASE("a higher priority goes before age, also across caps", "[job_index]") {
  job_index index;
  index.add(id_of(1), of(""), 0);
  index.add(id_of(2), of("a"), 7);
  index.add(id_of(3), of(""), 7);
  index.add(id_of(4), of("a"), -3);
  CHECK(index.take(of("a")) == id_of(2));
  CHECK(index.take(of("a")) == id_of(3));
  CHECK(index.take(of("a")) == id_of(1));
  CHECK(index.take(of("a")) == id_of(4));
}

TEST_CASE("a job that comes back gets its old place", "[job_index]") {
  job_index index;
  for (uint32_t n = 1; n <= 3; ++n)
    index.add(id_of(n), of("a"), 0);
  CHECK(index.take(of("a")) == id_of(1));
  CHECK(index.take(of("a")) == id_of(2));
  index.add(id_of(1), of("a"), 0);
  CHECK(index.take(of("a")) == id_of(1));
  CHECK(index.take(of("a")) == id_of(3));
}

TEST_CASE("a job that was removed is never taken; adding twice counts once", "[job_index]") {
  job_index index;
  index.add(id_of(1), of("a"), 0);
  index.add(id_of(1), of("a"), 0);
  CHECK(index.size() == 1);
  CHECK_FALSE(index.remove(id_of(1), of("a"), 1));
  CHECK_FALSE(index.remove(id_of(1), of("b"), 0));
  CHECK_FALSE(index.remove(id_of(2), of("a"), 0));
  CHECK(index.remove(id_of(1), of("a"), 0));
  CHECK_FALSE(index.remove(id_of(1), of("a"), 0));
  CHECK_FALSE(index.take(of("a")));
  CHECK(index.empty());
}

TEST_CASE("jobs for absent caps cost a claim nothing", "[job_index]") {
  job_index index;
  for (uint32_t n = 0; n < 20'000; ++n) {
    const auto absent = "absent" + std::to_string(n);
    const bool mixed = n % 2 == 0; // half of them also need what the worker has
    index.add(id_of(n), mixed ? of("repo_tools,llm:vllm," + absent) : of(absent), 0);
  }
  index.add(id_of(200'000), of("llm:vllm"), 0);
  CHECK(index.take(of("llm:vllm,repo_tools")) == id_of(200'000));
  // The first few may be anchored under a cap that nobody had yet; the rest never are.
  CHECK(index.looked_at() <= 4);
  CHECK(index.size() == 20'000);
  CHECK(index.take(of("absent7777")) == id_of(7'777));
}

TEST_CASE("the index is told by required caps", "[job_index]") {
  job_index index;
  index.add(id_of(5), of("a"), 1);
  index.add(id_of(2), of("a"), 0);
  index.add(id_of(3), of(""), 0);
  std::vector<std::string> seen;
  index.each_required([&](const caps& required, std::size_t count, const job_id& oldest) {
    seen.push_back(to_string(required) + ' ' + std::to_string(count) + ' '
                   + std::to_string(oldest.bytes[3]));
  });
  CHECK(seen == std::vector<std::string>{" 1 3", "a 2 2"});
}

TEST_CASE("whoever has run least lately goes first, each requester in order of age",
          "[job_index]") {
  job_index index;
  for (uint32_t n = 1; n <= 5; ++n)
    index.add(id_of(n), of("a"), 0, "flood");
  index.add(id_of(6), of("a"), 0, "small");
  index.add(id_of(7), of("a"), 0, "small");
  CHECK(index.take(of("a")) == id_of(1)); // nobody has run: the oldest
  index.charge("flood", 10s, 1s);
  CHECK(index.take(of("a")) == id_of(6));
  index.charge("small", 4s, 2s);
  CHECK(index.take(of("a")) == id_of(7)); // by running time, not by number of jobs
  index.charge("small", 7s, 3s);
  CHECK(index.take(of("a")) == id_of(2)); // 10 s against 11 s
}

TEST_CASE("fair share holds across caps, and a higher priority goes before it", "[job_index]") {
  job_index index;
  index.charge("flood", 60s, 0s);
  index.add(id_of(1), of("a"), 0, "flood");
  index.add(id_of(2), of("a,b"), 0, "small");
  index.add(id_of(3), of("b"), 1, "flood");
  CHECK(index.take(of("a,b")) == id_of(3));
  CHECK(index.take(of("a,b")) == id_of(2));
  CHECK(index.take(of("a,b")) == id_of(1));
}

TEST_CASE("running time fades: after a half-life it counts half", "[job_index]") {
  const auto half_life = limits::fair_share_half_life;
  const auto first_after = [&](std::chrono::seconds later) {
    job_index index;
    index.add(id_of(1), of(""), 0, "yesterday");
    index.add(id_of(2), of(""), 0, "now");
    index.charge("yesterday", 100s, 0s);
    index.charge("now", 60s, later);
    return index.take(of(""));
  };
  CHECK(first_after(0s) == id_of(2));
  CHECK(first_after(half_life) == id_of(1));
  CHECK(first_after(1'000 * half_life) == id_of(1)); // the scale has started anew on the way
}

TEST_CASE("it is known how many jobs wait before a new one", "[job_index]") {
  job_index index;
  index.add(id_of(1), of("a"), 0, "x");
  index.add(id_of(2), of("a"), 0, "y");
  index.add(id_of(3), of("a"), 5);
  index.add(id_of(4), of("b"), 5);
  CHECK(index.ahead(of("a"), 0) == 3);
  CHECK(index.ahead(of("a"), 5) == 1);
  CHECK(index.ahead(of("a"), 6) == 0);
  CHECK(index.ahead(of("c"), 0) == 0);
  CHECK(index.remove(id_of(1), of("a"), 0, "x"));
  CHECK_FALSE(index.remove(id_of(2), of("a"), 0, "x"));
  CHECK(index.ahead(of("a"), 0) == 2);
}

TEST_CASE("the index agrees with a scan of all jobs in random lives", "[job_index]") {
  struct row {
    job_id id;
    caps required;
    int32_t priority;
    std::string requester;
  };
  std::mt19937 dice{7};
  const std::vector<std::string> sets{"", "a", "b", "c", "a,b", "b,c", "a,b,c", "d"};
  for (int life = 0; life < 20; ++life) {
    job_index index;
    std::vector<row> model;
    std::map<std::string, int> used;
    for (uint32_t step = 0; step < 200; ++step) {
      const auto pick = sets[dice() % sets.size()];
      if (dice() % 5 < 3) {
        model.push_back({id_of(static_cast<uint32_t>(dice())), of(pick),
                         static_cast<int32_t>(dice() % 3), std::string(1, "xyz"[dice() % 3])});
        const auto& made = model.back();
        index.add(made.id, made.required, made.priority, made.requester);
      } else if (dice() % 4 == 0 && !model.empty()) {
        const auto gone = model.begin() + static_cast<long>(dice() % model.size());
        CHECK(index.remove(gone->id, gone->required, gone->priority, gone->requester));
        model.erase(gone);
      } else {
        const auto worker = of(pick);
        const auto rank = [&](const row& x) { return std::tuple{-x.priority, used[x.requester], x.id}; };
        auto best = model.end();
        for (auto i = model.begin(); i != model.end(); ++i)
          if (worker.includes(i->required) && (best == model.end() || rank(*i) < rank(*best)))
            best = i;
        const auto got = index.take(worker);
        REQUIRE(got.has_value() == (best != model.end()));
        if (got) {
          CHECK(*got == best->id);
          used[best->requester] += 3;
          index.charge(best->requester, 3ms, 0ms);
          model.erase(best);
        }
      }
      CHECK(index.size() == model.size());
    }
  }
}

TEST_CASE("a job goes to the matching claim that has waited longest", "[claim_line]") {
  claim_line line;
  line.add(1, of("x"));
  line.add(2, of("a"));
  line.add(3, of("a,b"));
  line.add(4, of("a"));
  CHECK(line.can_serve(of("a,b")));
  CHECK_FALSE(line.can_serve(of("a,x")));
  CHECK(line.take(of("a,b")) == 3);
  CHECK(line.take(of("a")) == 2);
  CHECK(line.remove(4, of("a")));
  CHECK_FALSE(line.remove(4, of("a")));
  CHECK_FALSE(line.take(of("a")));
  CHECK(line.take(of("")) == 1);
  CHECK(line.size() == 0);
}
