#include "apps/transfer/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

} // namespace

outcome<new_file> new_file::begin(const fs::path& given) {
  std::error_code error;
  const auto path = fs::absolute(given, error);
  if (fs::exists(fs::symlink_status(path, error)))
    return failure{ec::bad_config, given.string() + " is there already; name a new file"};
  const fs::path part = path.string() + ".part";
  auto file = std::make_unique<open_file>(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (!file->ok())
    return io_failure("cannot make " + part.string(), errno);
  return new_file{path, part, std::move(file)};
}

new_file::~new_file() {
  if (file_)
    ::unlink(part_.c_str());
}

outcome<done> new_file::flush() {
  if (!file_->write(buffer_))
    return io_failure("cannot write " + part_.string(), errno);
  buffer_.clear();
  return done{};
}

outcome<done> new_file::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < buffer_bytes ? outcome<done>{done{}} : flush();
}

outcome<done> new_file::end() {
  if (auto x = flush(); !x)
    return x;
  if (!file_->sync() || ::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0)
    return io_failure("cannot make " + path_.string(), errno);
  file_.reset();
  const open_file folder{path_.parent_path().string(), O_RDONLY | O_DIRECTORY};
  if (!folder.ok() || !folder.sync())
    return io_failure("cannot sync folder " + path_.parent_path().string(), errno);
  return done{};
}

} // namespace claw
