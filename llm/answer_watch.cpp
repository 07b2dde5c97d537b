#include "llm/answer_watch.hpp"

#include <algorithm>
#include <ctime>
#include <exception>

namespace claw {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Usage and [DONE] follow at once where they follow at all.
constexpr milliseconds after_finish{5'000};

endpoint_error fault(chat_error kind, std::string why) {
  endpoint_error out;
  out.failure = {kind, std::move(why), {}, {}};
  return out;
}

bool is_good(int status) {
  return status >= 200 && status < 300;
}

std::string seconds(milliseconds x) {
  return x.count() % 1'000 == 0 ? std::to_string(x.count() / 1'000) + " s"
                                : std::to_string(x.count()) + " ms";
}

} // namespace

answer_watch::answer_watch(const chat_request& request, const chat_listener& listener, limits x)
    : limits_(x), answer_(request, listener, x.mode), begun_(steady_clock::now()), last_event_(begun_),
      last_read_(begun_) {}

void answer_watch::progressed() {
  heard_ = true;
  last_event_ = steady_clock::now();
}

void answer_watch::on_body(const http_head& head, std::string_view bytes) try {
  if (!is_good(head.status)) {
    body_ += bytes.substr(0, error_body_bytes_max - std::min(body_.size(), error_body_bytes_max));
    progressed();
    return;
  }
  if (form_ == form::unknown) {
    // Not every server labels what it sends: a body that begins as JSON or HTML is no event stream.
    body_ += bytes;
    const auto first = body_.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
      return;
    form_ = body_[first] == '{' || body_[first] == '[' || body_[first] == '<' ? form::whole
                                                                              : form::events;
    if (form_ == form::whole) {
      progressed();
      return;
    }
    const std::string begun = std::move(body_);
    std::vector<sse_event> events;
    parser_.feed(begun, events);
    take(events);
    return;
  }
  if (form_ == form::whole) {
    body_ += bytes;
    progressed();
    return;
  }
  std::vector<sse_event> events;
  parser_.feed(bytes, events);
  take(events);
} catch (const std::exception& x) {
  error_
      = fault(chat_error::server_fault, std::string{"the answer could not be read: "} + x.what());
}

void answer_watch::take(const std::vector<sse_event>& events) {
  for (const auto& event : events) {
    const bool spoke = answer_.spoke();
    const auto pieces = answer_.pieces();
    const auto read = answer_.prompt_read();
    if (!error_)
      error_ = answer_.take(event);
    if (answer_.prompt_read() > read)
      last_read_ = steady_clock::now();
    if (answer_.pieces() > pieces)
      progressed();
    if (!spoke && answer_.spoke())
      first_word_at_ = last_event_;
  }
  if (parser_.overflowed() && !error_)
    error_ = fault(chat_error::server_fault, "the endpoint sent an event without end");
}

bool answer_watch::has_enough() const {
  return error_.has_value() || answer_.ended();
}

/// A long prompt may take longer than any limit as long as the endpoint gets on with reading it. That it is still at
/// the same place is no progress, whatever else it sends.
answer_watch::time_point answer_watch::first_word_due() const {
  return last_read_ + limits_.first_event;
}

answer_watch::time_point answer_watch::next_check() const {
  auto due = first_word_due();
  if (answer_.finished())
    due = last_event_ + std::min(limits_.stall, after_finish);
  else if (answer_.spoke() || (heard_ && form_ != form::events))
    due = last_event_ + limits_.stall;
  else if (heard_) // a piece without a word in it: many servers send one before they read the prompt
    due = std::max(due, last_event_ + limits_.stall);
  return std::min(due, limits_.deadline);
}

std::optional<std::string> answer_watch::overdue(time_point now) const {
  if (now < next_check())
    return std::nullopt;
  if (now >= limits_.deadline)
    return "the answer was not complete within the time of this request";
  return heard_ ? "the endpoint fell silent for " + seconds(limits_.stall)
                : "no first word of the answer within " + seconds(limits_.first_event);
}

bool answer_watch::stayed_silent() const {
  return !heard_ && steady_clock::now() >= first_word_due();
}

std::optional<milliseconds> answer_watch::first_word_after() const {
  if (!first_word_at_)
    return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(*first_word_at_ - begun_);
}

std::optional<endpoint_error> answer_watch::verdict(const http_answer& ended) {
  if (ended.ending == http_ending::stopped)
    return fault(chat_error::cancelled, "stopped");
  if (error_)
    return error_;
  if (ended.head.status != 0 && !is_good(ended.head.status)
      && ended.ending != http_ending::too_large)
    return classify_error(ended.head.status, body_, ended.head.retry_after, std::time(nullptr));
  if (form_ == form::events && ended.ending != http_ending::overdue) {
    std::vector<sse_event> rest;
    parser_.finish(rest);
    for (const auto& event : rest)
      if (!answer_.finished() && !error_)
        error_ = answer_.take(event);
  }
  if (answer_.finished()) // whatever happened to the connection then
    return std::nullopt;
  switch (ended.ending) {
  case http_ending::overdue:
    return fault(chat_error::timed_out, ended.why);
  case http_ending::refused:
    return fault(chat_error::loading, "no connection: " + ended.why);
  case http_ending::too_large:
    return fault(chat_error::server_fault, ended.why);
  case http_ending::broken:
    return fault(chat_error::server_fault, "the endpoint broke off its answer: " + ended.why);
  case http_ending::stopped:
  case http_ending::complete:
    break;
  }
  if (form_ != form::events) {
    if (auto error = answer_.take_whole(body_))
      return error;
    return std::nullopt;
  }
  if (error_)
    return error_;
  return fault(chat_error::server_fault, "the endpoint ended its answer in the middle");
}

} // namespace claw
