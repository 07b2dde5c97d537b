// openclaw-broker: see broker_program.hpp.

#include "apps/broker_program.hpp"
#include "apps/exit_codes.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    return claw::run_broker(argc, argv, {});
  } catch (const std::exception& why) {
    std::fprintf(stderr, "openclaw-broker: %s\n", why.what());
    return claw::exit_codes::internal;
  }
}
