#pragma once
// Asks the inspection port of a program, over CAF's remote actors and TLS. Every call has an end: a program that is
// gone, frozen or no inspection port is told apart by the failure.

#include "actors/domain/error.hpp"
#include "net/inspection_gate.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace claw {

class inspector {
public:
  virtual ~inspector() = default;

  /// Errors: `unreachable` (it has ended or closed the connection), `timed_out`, `refused` (its own words).
  /// @returns a JSON object
  virtual outcome<std::string> ask(const std::string& question, std::chrono::milliseconds wait) = 0;
};

/// @param at HOST:PORT. Errors: `bad_config` (certificates, address), `unreachable` (nobody listens), `bad_token` (it
/// does not take the certificate), `timed_out` (it takes the connection and is silent), `refused` (it is something
/// else). Never destroy it when an error was `timed_out`: CAF would wait with it. End the program instead
/// (std::_Exit).
outcome<std::unique_ptr<inspector>> connect_inspector(const std::string& at, const gate_certificates& files,
                                                      std::chrono::milliseconds wait);

} // namespace claw
