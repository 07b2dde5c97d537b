#include "actors/domain/claim_line.hpp"
#include "actors/domain/job_index.hpp"
#include "test/support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace claw;

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

TEST_CASE("the index agrees with a scan of all jobs in random lives", "[job_index]") {
  struct row {
    job_id id;
    caps required;
    int32_t priority;
  };
  std::mt19937 dice{7};
  const std::vector<std::string> sets{"", "a", "b", "c", "a,b", "b,c", "a,b,c", "d"};
  for (int life = 0; life < 20; ++life) {
    job_index index;
    std::vector<row> model;
    for (uint32_t step = 0; step < 200; ++step) {
      const auto pick = sets[dice() % sets.size()];
      if (dice() % 5 < 3) {
        model.push_back(
            {id_of(static_cast<uint32_t>(dice())), of(pick), static_cast<int32_t>(dice() % 3)});
        index.add(model.back().id, model.back().required, model.back().priority);
      } else if (dice() % 4 == 0 && !model.empty()) {
        const auto gone = model.begin() + static_cast<long>(dice() % model.size());
        CHECK(index.remove(gone->id, gone->required, gone->priority));
        model.erase(gone);
      } else {
        const auto worker = of(pick);
        auto best = model.end();
        for (auto i = model.begin(); i != model.end(); ++i)
          if (worker.includes(i->required)
              && (best == model.end() || i->priority > best->priority
                  || (i->priority == best->priority && i->id < best->id)))
            best = i;
        const auto got = index.take(worker);
        REQUIRE(got.has_value() == (best != model.end()));
        if (got) {
          CHECK(*got == best->id);
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
