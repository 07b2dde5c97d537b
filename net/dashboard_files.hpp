#pragma once
// The files of net/dashboard/, as they are built into the program (deploy/cmake/embed_files.cmake).

#include <span>
#include <string_view>

namespace claw {

struct embedded_file {
  std::string_view name;
  std::string_view text;
};

std::span<const embedded_file> dashboard_files();

} // namespace claw
