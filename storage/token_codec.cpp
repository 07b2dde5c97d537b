#include "storage/token_codec.hpp"

#include "storage/byte_stream.hpp"
#include "storage/record_frame.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr uint8_t token_version = 1;
constexpr auto role_max = static_cast<uint64_t>(token_role::reader);

} // namespace

void encode(const access_token& x, std::string& out) {
  const auto from = out.size();
  byte_writer w{out};
  w.byte(token_version);
  for (const auto byte : x.digest)
    w.byte(byte);
  w.number(static_cast<uint64_t>(x.role));
  w.text(x.principal);
  w.text(x.worker_id);
  w.byte(x.caps ? 1 : 0);
  if (x.caps)
    put_caps(w, *x.caps);
  w.signed_number(x.created_s);
  w.optional_number(x.expires_s);
  append_checksum(x.kid, from, out);
}

outcome<access_token> decode_token(std::string_view kid, std::string_view bytes) {
  const std::string what = "token " + std::string{kid};
  const auto fields = fields_of(kid, bytes, token_version);
  if (!fields)
    return broken_record(what, fields.error().why);
  byte_reader r{fields->fields};
  access_token x;
  x.kid = kid;
  for (auto& byte : x.digest)
    byte = r.byte();
  x.role = static_cast<token_role>(r.number_up_to(role_max));
  x.principal = r.text();
  x.worker_id = r.text();
  if (r.number_up_to(1) == 1)
    x.caps = take_caps(r);
  x.created_s = r.signed_number();
  x.expires_s = r.optional_number();
  if (!r.at_end() || !is_kid(kid))
    return broken_record(what, "has a field that cannot be");
  return x;
}

} // namespace claw
