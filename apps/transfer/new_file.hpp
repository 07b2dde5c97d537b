#pragma once
// A file that is written whole or not at all: under NAME.part, and named, durably, at the end. For its owner alone.

#include "actors/domain/error.hpp"
#include "apps/open_file.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace claw {

class new_file {
public:
  /// Errors: `bad_config` (there is a file of this name), `io_failed`
  static outcome<new_file> begin(const std::filesystem::path& path);

  new_file(new_file&&) = default;
  new_file& operator=(new_file&&) = default;
  ~new_file(); ///< takes the part away where it has not got its name

  outcome<done> write(std::string_view text);
  outcome<done> end();

private:
  new_file(std::filesystem::path path, std::filesystem::path part, std::unique_ptr<open_file> file)
      : path_(std::move(path)), part_(std::move(part)), file_(std::move(file)) {}

  outcome<done> flush();

  std::filesystem::path path_;
  std::filesystem::path part_;
  std::unique_ptr<open_file> file_; ///< none: it has been named, or moved from
  std::string buffer_;
};

} // namespace claw
