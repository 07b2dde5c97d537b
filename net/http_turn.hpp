#pragma once
// One request on its connection, as the application holds it. Once its answer is out the connection serves the next
// request, which must not hear what is still said for this one. Private to net/http_*.cpp.

#include "net/http_exchange.hpp"
#include "net/http_session.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace claw {

class http_turn final : public http_exchange {
public:
  http_turn(std::shared_ptr<http_session> session, uint64_t number)
      : session_(std::move(session)), number_(number) {}

  void post(std::function<void()> work) override { session_->post(std::move(work)); }

  void answer(http_reply x) override {
    if (is_mine())
      session_->answer(std::move(x));
    else if (x.undelivered)
      x.undelivered();
  }

  void when_gone(std::function<void()> listener) override {
    if (is_mine())
      session_->when_gone(std::move(listener));
  }

  void evict(http_reply why) override {
    if (is_mine())
      session_->evict(std::move(why));
  }

  void begin_stream(std::string_view content_type) override {
    if (is_mine())
      session_->begin_stream(content_type);
  }

  void send_piece(std::string piece, std::function<void()> sent) override {
    if (is_mine())
      session_->send_piece(std::move(piece), std::move(sent));
  }

  void end_stream() override {
    if (is_mine())
      session_->end_stream();
  }

  void when_room(std::function<void()> work) override {
    if (is_mine())
      session_->when_room(std::move(work));
  }

private:
  bool is_mine() const { return session_->turn() == number_; }

  std::shared_ptr<http_session> session_;
  uint64_t number_;
};

} // namespace claw
