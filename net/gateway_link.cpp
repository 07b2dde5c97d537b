#include "net/gateway_link.hpp"

#include "actors/domain/log_value.hpp"
#include "net/gateway_codec.hpp"
#include "net/gateway_connection.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <thread>

namespace claw {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class gateway_link final : public gateway_socket {
public:
  explicit gateway_link(gateway_link_options options)
      : options_(std::move(options)), tls_(asio::ssl::context::tls_client) {}

  ~gateway_link() override {
    asio::post(io_, [this] {
      if (const auto last = std::exchange(current_, nullptr))
        last->close(gateway_machine::close_to_resume);
      work_.reset();
    });
    if (thread_.joinable())
      thread_.join();
  }

  outcome<done> start() {
    error_code why;
    tls_.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2
                         | asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
                     why);
    if (options_.ca_file.empty())
      tls_.set_default_verify_paths(why);
    else
      tls_.load_verify_file(options_.ca_file, why);
    if (why)
      return failure{ec::bad_config, "DISCORD_CA_FILE: the certificates cannot be read: " + why.message()};
    tls_.set_verify_mode(asio::ssl::verify_peer, why);
    thread_ = std::thread{[this] { run(); }};
    return done{};
  }

  void listen(listener to) override { to_ = std::move(to); }

  void open(uint64_t connection, const std::string& url) override {
    asio::post(io_, [this, connection, url] {
      if (const auto old = std::exchange(current_, nullptr))
        old->close(gateway_machine::close_to_resume);
      auto where = parse_gateway_url(url, options_.trust);
      if (where.host.empty())
        return to_(link_closed{connection, std::nullopt, "not an address that may have the token"});
      current_ = where.tls ? make_tls_connection(io_, tls_, std::move(where), connection, to_)
                           : make_plain_connection(io_, std::move(where), connection, to_);
      current_->start();
    });
  }

  void close(uint16_t code) override {
    asio::post(io_, [this, code] {
      if (const auto old = std::exchange(current_, nullptr))
        old->close(code);
    });
  }

  void beat(std::optional<uint64_t> sequence) override { send(beat_text(sequence)); }
  void identify(const bot_presence& shown) override { send(identify_text(options_.token, shown)); }
  void resume(const gateway_session& session) override { send(resume_text(options_.token, session)); }
  void show(const bot_presence& shown) override { send(presence_text(shown)); }

private:
  void send(std::string text) {
    asio::post(io_, [this, text = std::move(text)]() mutable {
      if (current_)
        current_->send(std::move(text));
    });
  }

  void run() {
    for (;;)
      try {
        io_.run();
        return;
      } catch (const std::exception& x) { // Beast throws where memory is short; the connection then ends by itself
        spdlog::error("event=gateway_thread_failed why={}", log_value(x.what()));
      }
  }

  gateway_link_options options_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::ssl::context tls_;
  listener to_;
  std::shared_ptr<gateway_connection> current_; ///< in the thread of `io_` only
  std::thread thread_;
};

} // namespace

outcome<std::shared_ptr<gateway_socket>> make_gateway_link(gateway_link_options options) {
  auto link = std::make_shared<gateway_link>(std::move(options));
  if (const auto started = link->start(); !started)
    return started.error();
  return std::shared_ptr<gateway_socket>{std::move(link)};
}

} // namespace claw
