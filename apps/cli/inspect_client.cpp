#include "apps/cli/inspect_client.hpp"

#include "actors/protocol/inspection_messages.hpp"
#include "apps/config_text.hpp"

#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/openssl/all.hpp>

#include <set>
#include <utility>
#include <vector>

namespace claw {

namespace {

struct place {
  std::string host;
  uint16_t port = 0;
};

outcome<place> place_of(const std::string& at) {
  const auto colon = at.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_integer(at.substr(colon + 1));
  if (!port || *port < 1 || *port > 65'535 || colon == 0)
    return failure{ec::bad_config, "'" + at + "' is no HOST:PORT"};
  auto host = at.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return place{std::move(host), static_cast<uint16_t>(*port)};
}

struct client_config : caf::actor_system_config {
  explicit client_config(const gate_certificates& files) {
    load<caf::io::middleman>();
    load<caf::openssl::manager>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{1});
    set("middleman.app-identifiers", std::vector<std::string>{inspection_app_id});
    openssl_cafile = files.ca;
    openssl_certificate = files.certificate;
    openssl_key = files.key;
  }
};

/// CAF says the same of a port where nobody listens and of one that ends the handshake at once.
bool is_listened_at(const place& where) {
  const auto socket = caf::io::network::new_tcp_connection(where.host, where.port);
  if (socket)
    caf::io::network::close_socket(*socket);
  return static_cast<bool>(socket);
}

failure why_not_connected(const caf::error& why, const place& where, const std::string& at) {
  if (why == caf::sec::request_timeout)
    return {ec::timed_out, at + " takes the connection and says nothing: the program is stopped or hangs"};
  if (why == caf::sec::cannot_connect_to_node && !is_listened_at(where))
    return {ec::unreachable, "nobody listens at " + at + ": is the program running, with INSPECT_PORT set?"};
  if (why == caf::sec::cannot_connect_to_node || why == caf::sec::disconnect_during_handshake)
    return {ec::bad_token, at + " ended the handshake: it does not take this certificate, is no inspection port, or "
                               "too many look already"};
  return {ec::refused, at + " is no inspection port of this project"};
}

class remote_inspector final : public inspector {
public:
  remote_inspector(const gate_certificates& files, std::string at)
      : at_(std::move(at)), config_(files), system_(config_), self_(system_) {}

  outcome<done> connect(const place& where, std::chrono::milliseconds wait) {
    failure trouble;
    self_->request(system_.openssl_manager().actor_handle(), wait, caf::connect_atom::value, where.host, where.port)
        .receive([&](const caf::node_id&, const caf::strong_actor_ptr& found,
                     const std::set<std::string>&) { remote_ = caf::actor_cast<caf::actor>(found); },
                 [&](const caf::error& why) { trouble = why_not_connected(why, where, at_); });
    if (trouble.code == ec::none && !remote_)
      return failure{ec::refused, at_ + " offers nothing to ask"};
    if (trouble.code != ec::none)
      return trouble;
    self_->monitor(remote_);
    return done{};
  }

  /// Sent as a plain message: the end of a connection does not answer a request (CAF 0.17), it downs the proxy. So
  /// answer and end are awaited side by side. Who gets no answer ends, so none is taken for that of a later question.
  outcome<std::string> ask(const std::string& question, std::chrono::milliseconds wait) override {
    outcome<std::string> answer{failure{ec::timed_out, at_ + " does not answer: the program is stopped or hangs"}};
    self_->send(remote_, inspect_atom::value, question);
    self_->receive([&](std::string& text) { answer = std::move(text); },
                   [&](const caf::down_msg&) {
                     answer = failure{ec::unreachable, at_ + " has closed the connection"};
                   },
                   caf::after(wait) >> [] {});
    return answer;
  }

private:
  std::string at_;
  client_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  caf::actor remote_;
};

} // namespace

outcome<std::unique_ptr<inspector>> connect_inspector(const std::string& at, const gate_certificates& files,
                                                      std::chrono::milliseconds wait) {
  const auto where = place_of(at);
  if (!where)
    return where.error();
  if (const auto good = check_certificates(files); !good)
    return good.error();
  auto client = std::make_unique<remote_inspector>(files, at);
  if (const auto connected = client->connect(*where, wait); !connected) {
    if (connected.error().code == ec::timed_out)
      static_cast<void>(client.release());
    return connected.error();
  }
  return std::unique_ptr<inspector>{std::move(client)};
}

} // namespace claw
