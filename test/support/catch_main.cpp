// The one main() of the test executables, compiled once: it is by far the slowest file of Catch2 version 2.
#define CATCH_CONFIG_RUNNER
#include "test/support/catch.hpp"

int main(int argc, char* argv[]) {
  return Catch::Session().run(argc, argv);
}
