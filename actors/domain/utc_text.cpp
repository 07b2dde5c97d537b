#include "actors/domain/utc_text.hpp"

#include <ctime>

namespace claw {

std::string utc_text(int64_t at_s) {
  const auto time = static_cast<std::time_t>(at_s);
  std::tm utc{};
  char text[32] = "an unknown time";
  if (gmtime_r(&time, &utc) != nullptr)
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

} // namespace claw
