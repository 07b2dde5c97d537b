#pragma once
// Whether a model's endpoint may be asked, by what became of the latest requests and probes. A runner advertises its
// model only while it may. Five requests that fail in a row open the circuit: then nobody asks until a probe (GET
// /models) is answered, and one more fault opens it again. No clock here: the actor asks when to probe next.

#include <chrono>
#include <cstdint>
#include <string>

namespace claw {

class endpoint_health {
public:
  static constexpr uint32_t faults_max = 5;                        ///< in a row
  static constexpr uint32_t slow_probes_max = 2;                   ///< a busy endpoint may miss one
  static constexpr std::chrono::milliseconds watch_pause{5'000};   ///< between two probes of one that answers
  static constexpr std::chrono::milliseconds probe_pause_min{500}; ///< of one that does not; doubles
  static constexpr std::chrono::milliseconds probe_pause_max{15'000};

  /// What a probe came to.
  enum class sign : uint8_t {
    answers,
    slow, ///< no answer in time
    away, ///< no connection, still loading, or it does not take the key
  };

  bool is_known() const noexcept { return known_; } ///< something has been heard of it, good or bad
  bool is_up() const noexcept { return up_; }
  const std::string& why() const noexcept { return why_; } ///< why it is not up, for people; "" when it is

  /// It answered a request, be it with a refusal.
  void answered();

  /// A request failed in a way that speaks against the endpoint. @returns true when this opened the circuit
  bool faulted(const std::string& how);

  void probed(sign x, const std::string& how);

  /// @param random any 64 bits, so that the runners of an endpoint that comes back do not probe together
  std::chrono::milliseconds next_probe(uint64_t random) const;

private:
  bool known_ = false;
  bool up_ = false;
  std::string why_ = "the endpoint has not been asked yet";
  uint32_t faults_ = 0;        ///< in a row
  uint32_t openings_ = 0;      ///< since a request was answered last
  uint32_t failed_probes_ = 0; ///< in a row
};

} // namespace claw
