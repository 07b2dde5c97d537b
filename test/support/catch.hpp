#pragma once
// Catch2 as each supported distribution ships it: version 2 (Debian 12, Ubuntu 22.04) or version 3.

#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_all.hpp>
using Catch::Approx; // as version 2 has it
#else
#  include <catch2/catch.hpp>
#endif
