// The events of a job for those who may see it: a JSON page, held until there is news where the client asks for
// that, or a stream of server-sent events (@source WHATWG HTML, "Server-sent events").

#include "actors/domain/limits.hpp"
#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_http.hpp"
#include "net/event_slices.hpp"
#include "net/http_text.hpp"

#include <charconv>

namespace claw {

namespace {

using events_type = std::vector<job_event>;

/// Longest silence of a stream: proxies cut what stays silent longer.
constexpr std::chrono::seconds stream_silence_max{15};

/// A page stops growing here: one event may carry 64 KiB, a checkpoint more. What follows comes with the next page.
constexpr std::size_t page_bytes_max = 1'048'576;

/// A piece of a stream: small ones ask nobody for room.
constexpr std::size_t piece_bytes_max = limits::large_bytes / 2;

/// Ends with the event that makes it too large.
outcome<events_type> page_of(api_scope& scope, const job_id& id, uint64_t after, std::size_t bytes_max) {
  events_type page;
  std::size_t bytes = 0;
  const auto read = each_event(scope.door.jobs(), id, after, [&](job_event&& x) {
    bytes += x.data_json.size();
    page.push_back(std::move(x));
    return bytes <= bytes_max && page.size() < limits::page_events_max;
  });
  if (!read)
    return read.error();
  return page;
}

std::string frame(std::string_view type, std::string_view id, const std::string& content) {
  std::string out;
  if (!id.empty())
    (((out += "id: ") += id) += '\n');
  (((((out += "event: ") += type) += "\ndata: ") += content)
   += "\n\n"); // JSON text holds no line breaks
  return out;
}

/// One client that follows a job. Lives as long as something is under way for it: a piece or a watch.
class event_stream : public std::enable_shared_from_this<event_stream> {
public:
  event_stream(api_scope& scope, api_call call, uint64_t after)
      : scope_(scope), to_(std::move(call.from)), caller_(std::move(call.caller)), id_(call.id),
        after_(after) {}

  void start() {
    to_->begin_stream("text/event-stream");
    to_->when_gone([self = shared_from_this()] {
      self->gone_ = true;
      if (self->watch_ != poll_id{})
        self->scope_.door.ask(poll_closed{self->watch_, self->id_});
    });
    go_on();
  }

private:
  /// Sends what is committed; when there is nothing new, ends or waits.
  void go_on() {
    if (gone_)
      return;
    const auto page = page_of(scope_, id_, after_, piece_bytes_max);
    const auto head = scope_.door.jobs().find(id_);
    if (!page || !head || !*head)
      return to_->end_stream();
    if (!page->empty())
      return send(*page);
    if (is_terminal((**head).status) && (**head).events <= after_)
      return with_room_for(scope_, *to_, id_, [self = shared_from_this()] { self->send_end(); });
    watch();
  }

  void send_end() {
    auto found = scope_.door.jobs().document(id_);
    if (!found || !*found)
      return to_->end_stream();
    to_->send_piece(frame("end", "", json_text(job_object(**std::move(found)))),
                    [self = shared_from_this()] { self->to_->end_stream(); });
  }

  void send(const events_type& page) {
    std::string piece;
    for (const auto& x : page)
      piece += frame(to_string(x.kind), std::to_string(x.sequence), json_text(event_object(x)));
    after_ = page.back().sequence;
    to_->send_piece(std::move(piece), [self = shared_from_this()] { self->go_on(); });
  }

  void watch() {
    const auto wait = scope_.held_at_most(*caller_, stream_silence_max);
    if (wait.count() == 0)
      return to_->end_stream(); // its token has expired
    watch_ = scope_.next_poll();
    auto heard = [self = shared_from_this()](http_exchange&, const outcome<bool>& x) { self->on_news(x); };
    scope_.door.ask(watch_request{id_, after_, wait, watch_, heard_by<bool>(to_, std::move(heard))});
  }

  void on_news(const outcome<bool>& news) {
    watch_ = {};
    if (gone_)
      return;
    if (!news || scope_.stopping)
      return to_->end_stream(); // the client comes back with Last-Event-ID
    if (*news)
      return go_on();
    to_->send_piece(": nothing new\n\n", [self = shared_from_this()] { self->go_on(); });
  }

  api_scope& scope_;
  std::shared_ptr<http_exchange> to_;
  caller_ptr caller_;
  job_id id_;
  uint64_t after_;
  poll_id watch_{};
  bool gone_ = false;
};

bool wants_stream(const http_request& x) {
  const auto accept = x.field("Accept");
  return x.method == "GET" && accept && asks_for_type(*accept, "text/event-stream");
}

/// A client that comes back says what it has seen in this header.
uint64_t resumed_after(const http_request& x, uint64_t after) {
  const auto text = x.field("Last-Event-ID").value_or(std::string_view{});
  uint64_t last = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), last);
  return why == std::errc{} && end == text.data() + text.size() && !text.empty() ? last : after;
}

void hold_for_news(api_scope& scope, const api_call& call, uint64_t after,
                   std::chrono::milliseconds wait) {
  const auto poll = scope.next_poll();
  auto heard = [&scope, after, id = call.id](http_exchange& to, const outcome<bool>& news) {
    const bool quiet = news ? !*news : news.error().code == ec::unavailable && scope.stopping;
    if (!news && !quiet)
      return to.answer(failure_reply(news.error()));
    const auto page = quiet ? outcome<events_type>{events_type{}} : page_of(scope, id, after, page_bytes_max);
    to.answer(page ? json_reply(events_body(*page, after)) : failure_reply(page.error()));
  };
  scope.door.ask(watch_request{call.id, after, wait, poll, heard_by<bool>(call.from, std::move(heard))});
  call.from->when_gone([&door = scope.door, poll, id = call.id] { door.ask(poll_closed{poll, id}); });
}

} // namespace

void read_events(api_scope& scope, api_call call) {
  const auto after = parse_after(call.request.query);
  auto wait = parse_wait(call.request.query);
  if (!after || !wait)
    return call.from->answer(failure_reply(!after ? after.error() : wait.error()));
  *wait = scope.held_at_most(*call.caller, *wait);
  const auto found = scope.door.jobs().find(call.id);
  if (!found || !*found)
    return call.from->answer(failure_reply(!found ? found.error() : failure{ec::no_such_job, ""}));
  if (wants_stream(call.request)) {
    const auto from = resumed_after(call.request, *after);
    return std::make_shared<event_stream>(scope, std::move(call), from)->start();
  }
  const auto page = page_of(scope, call.id, *after, page_bytes_max);
  if (!page)
    return call.from->answer(failure_reply(page.error()));
  const bool over = is_terminal((**found).status) && (**found).events <= *after;
  if (!page->empty() || wait->count() == 0 || over)
    return call.from->answer(json_reply(events_body(*page, *after)));
  hold_for_news(scope, call, *after, *wait);
}

} // namespace claw
