#include "apps/entropy.hpp"

#include "test/support/catch.hpp"

#include <algorithm>
#include <thread>
#include <vector>

using namespace claw;

TEST_CASE("no two draws of unpredictable bits are alike, in one thread or in two", "[entropy]") {
  constexpr std::size_t draws = 1'000; // more than one filling of the supply
  std::vector<uint64_t> here(draws), there(draws);
  std::thread other{[&] { std::generate(there.begin(), there.end(), random_bits); }};
  std::generate(here.begin(), here.end(), random_bits);
  other.join();
  here.insert(here.end(), there.begin(), there.end());
  std::sort(here.begin(), here.end());
  CHECK(std::adjacent_find(here.begin(), here.end()) == here.end());
  CHECK(here.front() != 0);
}
