#pragma once
// The text form of inspection, between `openclaw inspect` and a running program. net/json_inspection_codec implements
// it.

#include "actors/domain/actor_account.hpp"
#include "actors/domain/error.hpp"

#include <string>
#include <string_view>

namespace claw {

class inspection_codec {
public:
  virtual ~inspection_codec() = default;

  /// Errors: `bad_json`, `bad_shape`.
  virtual outcome<inspection_question> question(std::string_view text) const = 0;

  virtual std::string answer(const inspection_question& asked, const inspection_answer& x) const = 0;
  virtual std::string refusal(const failure& why) const = 0;
};

} // namespace claw
