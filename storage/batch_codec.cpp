#include "storage/batch_codec.hpp"

#include "storage/job_codec.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t bytes_a_job = 512; ///< about what a job takes besides its texts

/// The first byte behind an id.
constexpr uint8_t ended_mark = 0;
constexpr uint8_t open_mark = 1;
constexpr uint8_t erased_mark = 2;
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

/// @param head moved on by the events @param events reused: the record, which stands first, needs the hash of the last
void put_change(const job_change& x, chain_hash& head, std::string& events, std::string& out) {
  const auto& id = x.after.id;
  events.clear();
  byte_writer in_events{events};
  for (const auto& e : x.events) {
    in_events.number(e.sequence);
    put_value(events, [&] { head = encode(id, e, head, events); });
  }
  byte_writer w{out};
  out.append(key_of(id));
  w.byte(is_terminal(x.after.status) ? ended_mark : open_mark);
  put_value(out, [&] { encode(x.after, head, out); });
  w.number(x.events.size());
  out.append(events);
  w.number(x.texts.size());
  for (const auto& [kind, text] : x.texts) {
    w.byte(static_cast<uint8_t>(kind));
    w.byte(text ? 1 : 0);
    if (text)
      put_value(out, [&, kind = kind, &words = *text] { encode(id, kind, words, out); });
  }
}

} // namespace

bool continues_chain(const job_change& x) {
  return x.events.empty() || x.events.front().sequence > 1;
}

void encode_batch(const std::vector<job_change>& changes, chain_heads& heads, std::string& out) {
  out.reserve(out.size() + estimated_size(changes));
  std::string events;
  for (const auto& x : changes) {
    auto& head = heads[x.after.id];
    if (!continues_chain(x))
      head = chain_begin;
    put_change(x, head, events, out);
  }
}

void encode_erasures(const std::vector<job_id>& ids, std::string& out) {
  for (const auto& id : ids) {
    out.append(key_of(id));
    byte_writer{out}.byte(erased_mark);
  }
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
  const auto mark = in_.number_up_to(erased_mark);
  x.erased = mark == erased_mark;
  x.open = mark == open_mark;
  x.record = {};
  if (x.erased)
    return sound_ = in_.ok();
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
