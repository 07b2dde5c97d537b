#include "storage/record_frame.hpp"

#include "storage/crc32c.hpp"

#include <utility>
#include <vector>

namespace claw {

namespace {

constexpr std::size_t checksum_bytes = 4;

} // namespace

void append_checksum(std::string_view key, std::size_t from, std::string& out) {
  auto sum = crc32c(std::string_view{out}.substr(from), crc32c(key));
  for (std::size_t i = 0; i < checksum_bytes; ++i, sum >>= 8)
    out.push_back(static_cast<char>(sum & 0xff));
}

failure broken_record(std::string_view what, std::string_view why) {
  std::string text = "the stored ";
  ((text += what) += ' ') += why;
  return {ec::store_broken, std::move(text)};
}

outcome<versioned_fields> fields_of(std::string_view key, std::string_view bytes, uint8_t version) {
  if (bytes.size() < 1 + checksum_bytes)
    return failure{ec::store_broken, "is too short"};
  const auto body = bytes.substr(0, bytes.size() - checksum_bytes);
  uint32_t sum = 0;
  for (std::size_t i = bytes.size(); i-- > body.size();)
    sum = sum << 8 | static_cast<uint8_t>(bytes[i]);
  if (sum != crc32c(body, crc32c(key)))
    return failure{ec::store_broken, "does not match its checksum"};
  const auto written = static_cast<uint8_t>(body.front());
  if (written == 0 || written > version)
    return failure{ec::store_broken, "was written by a newer version of this program"};
  return versioned_fields{written, body.substr(1)};
}

void put_caps(byte_writer& out, const caps& x) {
  out.number(x.size());
  for (const auto& name : x.names())
    out.text(name);
}

caps take_caps(byte_reader& in) {
  const auto count = in.number_up_to(in.left()); // a name takes at least one byte
  std::vector<std::string> names;
  for (uint64_t i = 0; i < count && in.ok(); ++i)
    names.emplace_back(in.text());
  return caps{std::move(names)};
}

} // namespace claw
