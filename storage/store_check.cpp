#include "storage/store_check.hpp"

#include "actors/domain/job_soundness.hpp"
#include "storage/job_codec.hpp"
#include "storage/token_codec.hpp"

#include <set>
#include <utility>

namespace claw {

namespace {

using sentences = std::vector<std::string>;

/// The events as far as they can be read; what is wrong with their bytes and their chain goes to `found`.
/// @returns none when one of them cannot be read
std::optional<std::vector<job_event>> read_events(const stored_job& x, sentences& found, check_counts& counts) {
  std::vector<job_event> events;
  auto head = chain_begin;
  bool readable = true;
  for (const auto& e : x.events) {
    ++counts.events;
    auto event = decode_event(x.id, e.sequence, e.value);
    const auto link = check_link(x.id, e.sequence, e.value, head);
    if (!event || !link) {
      found.push_back(event ? link.error().why : event.error().why);
      readable = false;
      continue;
    }
    events.push_back(*std::move(event));
    if (link->written == chain_begin && head == chain_begin) {
      ++counts.unchained; // from before there were chains
      continue;
    }
    if (link->written != link->due)
      found.push_back("the chain breaks at event " + std::to_string(e.sequence)
                      + ": it, or an event before it, was changed, lost, swapped or added");
    head = link->written; // one break is told once
  }
  if (!x.record)
    return std::nullopt;
  const auto said = decode_chain_head(x.id, *x.record);
  if (said && *said != head)
    found.push_back("its newest event is not the one that its record names: events were lost, changed or added");
  return readable ? std::optional{std::move(events)} : std::nullopt;
}

void check_texts(const stored_job& x, sentences& found, check_counts& counts) {
  for (std::size_t kind = 0; kind < x.texts.size(); ++kind) {
    if (!x.texts[kind])
      continue;
    ++counts.texts;
    if (const auto text = decode_text(x.id, static_cast<job_text>(kind), *x.texts[kind]); !text)
      found.push_back(text.error().why);
  }
}

} // namespace

sentences problems_of(const stored_job& x, check_counts& counts) {
  sentences found;
  const auto events = read_events(x, found, counts);
  check_texts(x, found, counts);
  if (!x.record) {
    found.emplace_back("it has no record, but other values stand under its id");
    return found;
  }
  ++counts.jobs;
  const auto head = decode_job(x.id, *x.record);
  if (!head) {
    found.push_back(head.error().why);
    return found;
  }
  if (x.indexed_open == is_terminal(head->status))
    found.emplace_back(x.indexed_open ? "it has ended, but stands in the index of open jobs"
                                      : "it is open, but does not stand in the index of open jobs");
  std::set<job_text> texts;
  for (std::size_t kind = 0; kind < x.texts.size(); ++kind)
    if (x.texts[kind])
      texts.insert(static_cast<job_text>(kind));
  for (auto& fault : faults_of(*head, texts))
    found.push_back(std::move(fault));
  if (events)
    for (auto& fault : faults_of(*head, *events))
      found.push_back(std::move(fault));
  return found;
}

outcome<check_counts> check_store(const store_image& store, const check_listener& listener) {
  check_counts counts;
  const auto read = store.each_job([&](const stored_job& x) {
    for (const auto& what : problems_of(x, counts)) {
      ++counts.problems;
      listener.problem(x.id, what);
    }
    if (listener.job_done)
      listener.job_done(counts);
    return true;
  });
  if (!read)
    return read.error();
  const auto tokens = store.each_token([&](std::string_view kid, std::string_view bytes) {
    ++counts.tokens;
    const auto token = decode_token(kid, bytes);
    if (token)
      return;
    ++counts.problems;
    if (listener.token_problem)
      listener.token_problem(kid, token.error().why);
  });
  return tokens ? outcome<check_counts>{counts} : tokens.error();
}

} // namespace claw
