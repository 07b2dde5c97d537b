#pragma once
// The door of inspection: TLS 1.3 with certificates on both sides, made by one private CA
// (deploy/make_inspect_certs.sh). It runs in a thread of its own. CAF gets to see a peer only when its certificate
// has been checked, and of what it says only what basp_filter lets through. It bounds what strangers and inspectors
// can cost: connections, greetings a second, time without a word, questions a second, answers that nobody reads.

#include "actors/domain/error.hpp"
#include "net/basp_filter.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace claw {

/// PEM files.
struct gate_certificates {
  std::string ca;
  std::string certificate;
  std::string key;
};

/// That they are there, belong together and have not expired. Errors: `bad_config`, with the file.
outcome<done> check_certificates(const gate_certificates& files);

struct inspection_gate_options {
  std::string host = "127.0.0.1"; ///< an address
  uint16_t port = 0;              ///< 0: any free one
  gate_certificates files;
  basp_rules rules;
  std::vector<std::string> greetings; ///< the names of peers (see basp_filter), used one after the other
  std::size_t connections_max = 16;
  std::size_t connections_per_second_max = 500; ///< a fifth of a processor; with fewer an operator is soon kept out
  std::size_t frames_per_second_max = 50;
  std::chrono::milliseconds greeting_max{5'000}; ///< from the connection to the end of the handshakes
  std::chrono::milliseconds idle_max{60'000};
};

class inspection_gate {
public:
  /// Gets one end of a local stream socket for each peer that was let in, and owns it. The other end speaks plain BASP.
  /// Called in the gate's thread.
  using adopter = std::function<void(int socket)>;

  /// Listens from now on. Errors: `bad_config`, with a sentence that names the file or the address.
  static outcome<std::unique_ptr<inspection_gate>> open(inspection_gate_options options, adopter adopt);

  /// Closes all connections.
  ~inspection_gate();
  inspection_gate(const inspection_gate&) = delete;
  inspection_gate& operator=(const inspection_gate&) = delete;

  /// The port in use.
  uint16_t port() const noexcept;

private:
  class core;
  explicit inspection_gate(std::unique_ptr<core> x);
  std::unique_ptr<core> core_;
};

} // namespace claw
