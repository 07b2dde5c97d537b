#include "storage/batch_codec.hpp"

#include "storage/job_codec.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t bytes_a_job = 512; ///< about what a job takes besides its texts
constexpr auto text_max = static_cast<uint64_t>(job_text::checkpoint);

std::size_t estimated_size(const std::vector<job_change>& changes) {
  std::size_t bytes = changes.size() * bytes_a_job;
  for (const auto& x : changes) {
    for (const auto& e : x.events)
      bytes += e.why.size() + e.data_json.size();
    for (const auto& [kind, text] : x.texts)
      bytes += text ? text->size() : 0;
  }
  return bytes;
}

/// Appends what `encode_value` appends, behind its length.
template <class Encode>
void put_value(std::string& out, Encode encode_value) {
  const auto at = out.size();
  out.append(sizeof(uint32_t), '\0');
  encode_value();
  store_fixed(static_cast<uint32_t>(out.size() - at - sizeof(uint32_t)), out.data() + at);
}

void put_change(const job_change& x, std::string& out) {
  const auto& id = x.after.id;
  byte_writer w{out};
  out.append(key_of(id));
  w.byte(is_terminal(x.after.status) ? 0 : 1);
  put_value(out, [&] { encode(x.after, out); });
  w.number(x.events.size());
  for (const auto& e : x.events) {
    w.number(e.sequence);
    put_value(out, [&] { encode(id, e, out); });
  }
  w.number(x.texts.size());
  for (const auto& [kind, text] : x.texts) {
    w.byte(static_cast<uint8_t>(kind));
    w.byte(text ? 1 : 0);
    if (text)
      put_value(out, [&, kind = kind, &words = *text] { encode(id, kind, words, out); });
  }
}

} // namespace

void encode_batch(const std::vector<job_change>& changes, std::string& out) {
  out.reserve(out.size() + estimated_size(changes));
  for (const auto& x : changes)
    put_change(x, out);
}

std::string_view batch_reader::value() {
  const auto size = in_.bytes(sizeof(uint32_t));
  return in_.ok() ? in_.bytes(load_fixed<uint32_t>(size.data())) : std::string_view{};
}

bool batch_reader::next(stored_change& x) {
  if (!sound_ || in_.left() == 0)
    return false;
  x.events.clear();
  x.texts.clear();
  const auto id = in_.bytes(x.id.bytes.size());
  if (!in_.ok())
    return false;
  std::copy(id.begin(), id.end(), x.id.bytes.begin());
  x.open = in_.number_up_to(1) == 1;
  x.record = value();
  for (auto left = in_.number_up_to(in_.left()); left > 0 && in_.ok(); --left) {
    const auto sequence = in_.number();
    x.events.push_back({sequence, value()});
  }
  for (auto left = in_.number_up_to(in_.left()); left > 0 && in_.ok(); --left) {
    const auto kind = static_cast<job_text>(in_.number_up_to(text_max));
    const bool there = in_.number_up_to(1) == 1;
    x.texts.emplace_back(kind, there ? std::optional{value()} : std::nullopt);
  }
  sound_ = in_.ok() && !x.record.empty();
  return sound_;
}

} // namespace claw
