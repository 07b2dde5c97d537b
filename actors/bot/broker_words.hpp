#pragma once
// What a broker's trouble means for a person in a chat: one plain sentence, without addresses.

#include "actors/domain/error.hpp"

#include <string>

namespace claw {

std::string trouble_sentence(const failure& why);

/// True for trouble that may pass by itself, so that a request can wait.
bool is_passing_trouble(const failure& why);

/// The broker knows only the base contract.
bool is_old_broker(const failure& why);

} // namespace claw
