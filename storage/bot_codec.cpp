#include "storage/bot_codec.hpp"

#include "storage/byte_stream.hpp"

namespace claw {

namespace {

constexpr uint8_t version = 1;
constexpr uint8_t errand_version = 2; ///< 1 did not know retried_after

byte_writer begin(std::string& out, uint8_t written_as = version) {
  byte_writer writer{out};
  writer.byte(written_as);
  return writer;
}

void put(byte_writer& out, snowflake x) {
  out.number(static_cast<uint64_t>(x));
}

snowflake take(byte_reader& in) {
  return snowflake{in.number()};
}

} // namespace

std::string encode_errand(const errand& x) {
  std::string bytes;
  auto out = begin(bytes, errand_version);
  for (const auto id : {x.id, x.channel, x.guild, x.user, x.place})
    put(out, id);
  out.byte(static_cast<uint8_t>(x.from));
  out.byte(static_cast<uint8_t>(x.now_in));
  out.text(x.text);
  out.text(x.reply);
  put(out, x.application);
  out.text(x.token);
  out.byte(x.private_reply ? 1 : 0);
  out.text(x.job_id);
  put(out, x.status);
  out.number(x.parts.size());
  for (const auto id : x.parts)
    put(out, id);
  out.number(x.retried_after);
  return bytes;
}

std::optional<errand> decode_errand(std::string_view bytes) {
  byte_reader in{bytes};
  const auto written_as = in.byte();
  if (written_as != version && written_as != errand_version)
    return std::nullopt;
  errand x;
  for (auto* id : {&x.id, &x.channel, &x.guild, &x.user, &x.place})
    *id = take(in);
  x.from = static_cast<errand::source>(in.number_up_to(static_cast<uint64_t>(errand::source::button)));
  x.now_in = static_cast<errand::phase>(in.number_up_to(static_cast<uint64_t>(errand::phase::heard)));
  x.text = std::string{in.text()};
  x.reply = std::string{in.text()};
  x.application = take(in);
  x.token = std::string{in.text()};
  x.private_reply = in.number_up_to(1) == 1;
  x.job_id = std::string{in.text()};
  x.status = take(in);
  const auto count = in.number_up_to(in.left());
  for (uint64_t i = 0; i < count && in.ok(); ++i)
    x.parts.push_back(take(in));
  if (written_as == errand_version)
    x.retried_after = in.number();
  return in.at_end() ? std::optional{std::move(x)} : std::nullopt;
}

std::string encode_session(const gateway_session& x) {
  std::string bytes;
  auto out = begin(bytes);
  out.text(x.id);
  out.text(x.resume_url);
  out.number(x.sequence);
  return bytes;
}

std::optional<gateway_session> decode_session(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.byte() != version)
    return std::nullopt;
  gateway_session x;
  x.id = std::string{in.text()};
  x.resume_url = std::string{in.text()};
  x.sequence = in.number();
  return in.at_end() ? std::optional{std::move(x)} : std::nullopt;
}

std::string encode_numbers(const std::vector<int64_t>& x) {
  std::string bytes;
  auto out = begin(bytes);
  out.number(x.size());
  for (const auto value : x)
    out.signed_number(value);
  return bytes;
}

std::optional<std::vector<int64_t>> decode_numbers(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.byte() != version)
    return std::nullopt;
  const auto count = in.number_up_to(in.left());
  std::vector<int64_t> all;
  for (uint64_t i = 0; i < count && in.ok(); ++i)
    all.push_back(in.signed_number());
  return in.at_end() ? std::optional{std::move(all)} : std::nullopt;
}

} // namespace claw
