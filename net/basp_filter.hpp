#pragma once
// What an inspector may say in CAF's protocol (BASP): it greets, it gives signs of life, it sends questions to one
// actor. CAF 0.17 trusts its peers: whoever reaches it may address every registered actor, have types deserialized,
// link, make it allocate what a header claims. So nothing that a peer sends reaches CAF as it came: what is allowed
// is written anew, everything else is dropped, and what no inspector sends ends the connection.
//
// @source CAF 0.17.6, libcaf_io: basp/header.hpp (32 bytes, big-endian), basp/message_type.hpp, basp/instance.cpp

#include "actors/domain/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

struct basp_rules {
  uint64_t receiver = 0;              ///< the id of the one actor that may be asked
  std::string question_head;          ///< how the payload of a question begins, up to the length of its text
  std::size_t question_bytes_max = 0; ///< of the text
};

/// One connection's frames. A frame is a header of `header_bytes` and a payload.
class basp_filter {
public:
  static constexpr std::size_t header_bytes = 32;

  /// @param greeting the payload that stands for the peer's own greeting: which node it is, as we call it
  basp_filter(basp_rules rules, std::string greeting) : rules_(std::move(rules)), greeting_(std::move(greeting)) {}

  /// How long the payload of this frame is. Errors: `refused`, when no inspector sends such a frame.
  outcome<std::size_t> payload_bytes(std::string_view header) const;

  /// @returns the frame to pass on, "" for none. Errors: `refused`, when the connection must end.
  outcome<std::string> pass(std::string_view header, std::string_view payload);

private:
  bool is_question(std::string_view payload) const;

  basp_rules rules_;
  std::string greeting_;
  bool greeted_ = false;
  std::size_t dropped_ = 0;
};

/// The beginning of a question's payload, given one with an empty text.
std::string question_head_of(std::string payload_with_empty_text);

} // namespace claw
