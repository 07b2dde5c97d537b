#pragma once
// The broker's HTTP interface between a client that is no socket and a broker that is no actor: everything happens in
// the test's thread, when the test says so.

#include "net/broker_http.hpp"
#include "test/support/catch.hpp"
#include "test/support/fake_broker.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <deque>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// A client's side of one request.
class fake_exchange final : public http_exchange {
public:
  /// @param api hears after everything that happens here that the round is over
  explicit fake_exchange(broker_http& api) : api_(api) {}

  std::optional<http_reply> reply;
  std::string stream_type; ///< "" as long as there is no stream
  std::vector<std::string> pieces;
  bool ended = false;
  unsigned asked_for_room = 0;
  bool gone_already = false; ///< whoever asks for it is told at once that the client has left

  void post(std::function<void()> work) override {
    if (!closed_)
      posted_.push_back(std::move(work));
  }
  void answer(http_reply x) override {
    CHECK_FALSE(reply);
    reply = std::move(x);
  }
  void when_gone(std::function<void()> listener) override {
    if (gone_already)
      listener();
    else
      on_gone_ = std::move(listener);
  }
  void evict(http_reply why) override {
    const auto listener = std::exchange(on_gone_, nullptr);
    if (!listener)
      return;
    listener();
    if (stream_type.empty())
      reply = std::move(why);
    else
      ended = true;
  }
  void begin_stream(std::string_view content_type) override { stream_type = content_type; }
  void send_piece(std::string piece, std::function<void()> sent) override {
    CHECK_FALSE(sent_); // one at a time
    CHECK_FALSE(ended);
    pieces.push_back(std::move(piece));
    sent_ = std::move(sent);
  }
  void end_stream() override {
    ended = true;
    on_gone_ = nullptr;
  }

  void when_room(std::function<void()> work) override {
    ++asked_for_room;
    post(std::move(work));
  }

  // -- what the test does -------------------------------------------------------------------------------------------

  /// Runs what was posted.
  void run() {
    while (!posted_.empty()) {
      auto work = std::move(posted_.front());
      posted_.pop_front();
      work();
    }
    api_.round_over();
  }

  /// The present piece has left; the next one may come.
  std::string take_piece() {
    REQUIRE(sent_);
    auto piece = pieces.back();
    std::exchange(sent_, nullptr)();
    api_.round_over();
    return piece;
  }

  /// The client goes away.
  void leave() {
    if (auto listener = std::exchange(on_gone_, nullptr))
      listener();
    api_.round_over();
  }

  /// The server could not deliver the answer.
  void lose_answer() {
    REQUIRE(reply);
    REQUIRE(reply->undelivered);
    reply->undelivered();
    api_.round_over();
  }

  /// As the end of a connection: nothing holds this any more.
  void close() {
    closed_ = true;
    posted_.clear();
    on_gone_ = nullptr;
    sent_ = nullptr;
  }

  unsigned status() {
    run();
    return reply ? reply->status : 0;
  }
  nlohmann::json body() {
    run();
    REQUIRE(reply);
    return nlohmann::json::parse(reply->body);
  }
  std::string detail() { return body().at("detail"); }

private:
  broker_http& api_;
  bool closed_ = false;
  std::deque<std::function<void()>> posted_;
  std::function<void()> on_gone_, sent_;
};

using header_list = std::vector<http_field>;

class asked_api {
public:
  static broker_http_options with_tokens() {
    broker_http_options x;
    x.bot_token = "bot-secret";
    x.worker_token = "worker-secret";
    x.admin_token = "admin-secret";
    x.wall_s = [] { return int64_t{1'700'000'100}; };
    x.random = [n = uint64_t{0}]() mutable { return ++n * 0x9e3779b97f4a7c15; };
    return x;
  }

  explicit asked_api(broker_http_options options = with_tokens())
      : log_before_(spdlog::default_logger()), api(std::move(options), broker) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(log_text_);
    auto log = std::make_shared<spdlog::logger>("test", sink);
    log->set_pattern("%v");
    spdlog::set_default_logger(log);
  }
  ~asked_api() {
    for (const auto& x : exchanges_)
      x->close();
    spdlog::set_default_logger(log_before_);
  }
  asked_api(const asked_api&) = delete;
  asked_api& operator=(const asked_api&) = delete;

  using exchange_ptr = std::shared_ptr<fake_exchange>;

  /// As the server does: judges the head, bounds the body, hands it over.
  exchange_ptr ask(std::string_view method, std::string_view target, const header_list& headers = {},
                   std::string body = {}, bool gone_already = false) {
    auto from = std::make_shared<fake_exchange>(api);
    exchanges_.push_back(from);
    from->gone_already = gone_already;
    http_request x;
    x.method = method;
    x.path = target.substr(0, target.find('?'));
    x.query = target.size() > x.path.size() ? target.substr(x.path.size() + 1) : std::string_view{};
    x.fields = headers;
    auto verdict = api.admit(x);
    if (verdict.refusal) {
      from->answer(std::move(*verdict.refusal));
    } else if (body.size() > verdict.body_bytes_max) {
      from->answer(api.too_large(x));
    } else {
      x.body = std::move(body);
      x.sender = std::move(verdict.sender);
      api.handle(std::move(x), from);
      api.round_over();
    }
    return from;
  }

  exchange_ptr bot(std::string_view method, std::string_view target, std::string body = {},
                   header_list headers = {}) {
    headers.push_back({"X-Bot-Token", "bot-secret"});
    return ask(method, target, headers, std::move(body));
  }

  exchange_ptr admin(std::string_view method, std::string_view target, std::string body = {}) {
    return ask(method, target, {{"X-Bot-Token", "admin-secret"}}, std::move(body));
  }

  exchange_ptr worker(std::string_view method, std::string_view target, std::string body = {},
                      header_list headers = {}) {
    headers.push_back({"X-Worker-Token", "worker-secret"});
    return ask(method, target, headers, std::move(body));
  }

  std::string log() const { return log_text_.str(); }

private:
  std::shared_ptr<spdlog::logger> log_before_;
  std::ostringstream log_text_;
  std::vector<exchange_ptr> exchanges_;

public:
  fake_broker broker;
  broker_http api;
};

} // namespace claw
