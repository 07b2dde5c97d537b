#pragma once
// The inspection port of a program: an actor system of its own with nothing in it but the inspection actor, offered
// by CAF's middleman to the peers that the gate lets in. So whoever comes in finds no other actor to address, and a
// program whose actors hang can still be looked at.

#include "actors/domain/error.hpp"
#include "actors/shared/actor_roster.hpp"
#include "apps/config.hpp"
#include "net/inspection_gate.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct inspection_settings {
  std::string host;
  uint16_t port = 0; ///< 0: any free one
  gate_certificates files;
};

/// What INSPECT_PORT, INSPECT_HOST and INSPECT_CERTS ask for. @returns none where inspection is off
/// @param credentials the folder that CREDENTIALS_DIRECTORY names, "" without one: certificates lie there when
///                    INSPECT_CERTS names no other
std::optional<inspection_settings> inspection_settings_of(const config& x, const std::string& credentials);

/// The folder that CREDENTIALS_DIRECTORY names, "" without one.
std::string credentials_folder();

class inspection_port {
public:
  /// @param secrets the program's own; no answer shows them. Errors: `bad_config`.
  static outcome<std::unique_ptr<inspection_port>> open(const inspection_settings& settings, std::string program,
                                                        std::shared_ptr<const actor_roster> roster,
                                                        std::vector<std::string> secrets);
  ~inspection_port();
  inspection_port(const inspection_port&) = delete;
  inspection_port& operator=(const inspection_port&) = delete;

private:
  class house;
  explicit inspection_port(std::unique_ptr<house> x);

  std::unique_ptr<house> house_;
  std::unique_ptr<inspection_gate> gate_; ///< ends first
};

/// As `inspection_port::open`. @returns null where inspection is off
outcome<std::unique_ptr<inspection_port>> open_inspection(const std::optional<inspection_settings>& wanted,
                                                          std::string program,
                                                          std::shared_ptr<const actor_roster> roster,
                                                          std::vector<std::string> secrets);

} // namespace claw
