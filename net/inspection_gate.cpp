#include "net/inspection_gate.hpp"

#include "actors/domain/log_value.hpp"
#include "net/gate_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <system_error>
#include <thread>
#include <utility>

namespace claw {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds after_trouble{100};    ///< no more files, e.g.
constexpr std::size_t refusals_logged_per_minute_max = 12; ///< a stranger must not fill the log

outcome<done> load(asio::ssl::context& tls, const gate_certificates& files) {
  for (const auto* file : {&files.ca, &files.certificate, &files.key})
    if (::access(file->c_str(), R_OK) != 0)
      return failure{ec::bad_config,
                     "cannot read " + *file + ": " + std::generic_category().message(errno)
                         + (errno == ENOENT ? "; deploy/make_inspect_certs.sh makes it, with packages: "
                                              "openclaw-inspect-certs"
                                            : "")};
  const auto wrong = [](const std::string& file, const error_code& why) {
    return failure{ec::bad_config, "cannot use " + file + ", which should hold what its name says in PEM: "
                                       + why.message()};
  };
  error_code why;
  if (tls.load_verify_file(files.ca, why); why)
    return wrong(files.ca, why);
  if (tls.use_certificate_chain_file(files.certificate, why); why)
    return wrong(files.certificate, why);
  if (tls.use_private_key_file(files.key, asio::ssl::context::pem, why); why)
    return wrong(files.key, why);
  if (SSL_CTX_check_private_key(tls.native_handle()) != 1)
    return failure{ec::bad_config, files.key + " is not the key of " + files.certificate};
  return done{};
}

/// The peer would only say that it does not take it.
bool has_expired(asio::ssl::context& tls) {
  const auto* mine = SSL_CTX_get0_certificate(tls.native_handle());
  return mine != nullptr && X509_cmp_current_time(X509_get0_notAfter(mine)) < 0;
}

/// OpenSSL holds a client's certificate to its purpose by itself: one of a node (serverAuth) is refused.
void demand_certificate(asio::ssl::context& tls) {
  tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(tls.native_handle(), 0);
}

} // namespace

outcome<done> check_certificates(const gate_certificates& files) {
  asio::ssl::context tls{asio::ssl::context::tls};
  if (auto loaded = load(tls, files); !loaded)
    return loaded;
  if (has_expired(tls))
    return failure{ec::bad_config, files.certificate + " has expired: run deploy/make_inspect_certs.sh again "
                                                       "(with packages: openclaw-inspect-certs)"};
  return done{};
}

class inspection_gate::core {
public:
  core(inspection_gate_options options, adopter adopt)
      : options_(std::move(options)), adopt_(std::move(adopt)), tls_(asio::ssl::context::tls_server), door_(io_),
        rest_(io_), arrivals_(options_.connections_per_second_max, std::chrono::seconds{1}),
        refusals_(refusals_logged_per_minute_max) {}

  ~core() {
    asio::post(io_, [this] { close(); });
    if (thread_.joinable())
      thread_.join();
  }

  outcome<done> open() {
    CLAW_ASSERT(!options_.greetings.empty() && adopt_);
    if (auto loaded = load(tls_, options_.files); !loaded)
      return loaded;
    if (has_expired(tls_)) // no reason for the whole program not to start
      spdlog::warn("event=inspection_certificate_expired file={}", log_value(options_.files.certificate));
    demand_certificate(tls_);
    error_code why;
    const auto address = asio::ip::make_address(options_.host, why);
    const tcp::endpoint place{address, options_.port};
    if (!why)
      door_.open(place.protocol(), why);
    if (!why)
      door_.set_option(tcp::acceptor::reuse_address{true}, why);
    if (!why)
      door_.bind(place, why);
    if (!why)
      door_.listen(static_cast<int>(options_.connections_max), why);
    if (why)
      return failure{ec::bad_config, "cannot listen on " + options_.host + " port " + std::to_string(options_.port)
                                         + ": " + why.message()};
    port_ = door_.local_endpoint(why).port();
    accept();
    thread_ = std::thread{[this] { run(); }};
    return done{};
  }

  uint16_t port() const noexcept { return port_; }

private:
  void run() {
    for (;;)
      try {
        io_.run();
        return;
      } catch (const std::exception& x) { // memory is short; the connection then ends by itself
        spdlog::error("event=inspection_gate_failed why={}", log_value(x.what()));
      }
  }

  void accept() {
    door_.async_accept([this](error_code why, tcp::socket peer) {
      if (!door_.is_open())
        return;
      if (!why) {
        take(std::move(peer));
        accept();
        return;
      }
      rest_.expires_after(after_trouble);
      rest_.async_wait([this](error_code cancelled) {
        if (!cancelled)
          accept();
      });
    });
  }

  void take(tcp::socket peer) {
    if (!arrivals_.admit(std::chrono::steady_clock::now())) {
      refuse("too many connections a second"); // and the socket closes
      return;
    }
    if (sessions_.size() >= options_.connections_max && !make_room()) {
      refuse("too many inspectors at a time");
      return;
    }
    auto greeting = options_.greetings[greeted_++ % options_.greetings.size()];
    gate_session::listener told;
    told.adopt = adopt_;
    told.refused = [this](const std::string& why) { refuse(why); };
    told.over = [this](const gate_session* x) { sessions_.remove_if([x](const auto& s) { return s.get() == x; }); };
    sessions_.push_back(
        std::make_shared<gate_session>(std::move(peer), tls_, options_, std::move(greeting), std::move(told)));
    auto session = sessions_.back();
    session->start();
  }

  /// Somebody who has not been let in yet gives way to a newcomer. @returns false when there is nobody
  bool make_room() {
    const auto i = std::find_if(sessions_.begin(), sessions_.end(), [](const auto& s) { return !s->is_in(); });
    if (i == sessions_.end())
      return false;
    const auto oldest = *i;
    oldest->end("others came, and it had not finished its greeting");
    return true;
  }

  void refuse(const std::string& why) {
    ++refused_;
    if (refusals_.admit(std::chrono::steady_clock::now()))
      spdlog::warn("event=inspector_refused count={} why={}", std::exchange(refused_, 0), log_value(why));
  }

  void close() {
    error_code ignored;
    door_.close(ignored);
    rest_.cancel();
    while (!sessions_.empty()) {
      const auto last = sessions_.back();
      last->end("");
    }
  }

  const inspection_gate_options options_;
  const adopter adopt_;
  asio::io_context io_{1};
  asio::ssl::context tls_;
  tcp::acceptor door_;
  asio::steady_timer rest_;
  std::list<std::shared_ptr<gate_session>> sessions_; ///< oldest first
  rate_window arrivals_;
  rate_window refusals_;
  std::size_t greeted_ = 0;
  std::size_t refused_ = 0; ///< since the last line in the log
  uint16_t port_ = 0;
  std::thread thread_;
};

outcome<std::unique_ptr<inspection_gate>> inspection_gate::open(inspection_gate_options options, adopter adopt) {
  auto x = std::make_unique<core>(std::move(options), std::move(adopt));
  if (const auto opened = x->open(); !opened)
    return opened.error();
  return std::unique_ptr<inspection_gate>{new inspection_gate{std::move(x)}};
}

inspection_gate::inspection_gate(std::unique_ptr<core> x) : core_(std::move(x)) {}
inspection_gate::~inspection_gate() = default;

uint16_t inspection_gate::port() const noexcept {
  return core_->port();
}

} // namespace claw
