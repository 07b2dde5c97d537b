#include "apps/inspection_port.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/shared/inspection_actor.hpp"
#include "net/json_inspection_codec.hpp"

#include <caf/binary_serializer.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <utility>

namespace claw {

namespace {

constexpr uint16_t published_at = 1; ///< not a port: how CAF's BASP knows the door
constexpr uint32_t peer_names = 256; ///< CAF keeps a little of each peer that it has ever known, so it knows no more

int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// CAF's side of the gate: where it would accept a connection, it is handed one.
class inner_door final : public caf::io::doorman {
public:
  explicit inner_door(caf::io::network::multiplexer& loop)
      : caf::io::doorman(caf::io::accept_handle::from_int(0)), loop_(loop) {}

  /// In the loop's thread.
  void take(int socket) {
    if (detached()) {
      ::close(socket);
      return;
    }
    auto scribe = loop_.new_scribe(socket);
    const auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    caf::io::doorman::new_connection(&loop_, handle);
  }

  bool new_connection() override { return false; }
  void launch() override {}
  void graceful_shutdown() override { detach(&loop_, false); }
  std::string addr() const override { return ""; }
  uint16_t port() const override { return published_at; }
  void add_to_loop() override {}
  void remove_from_loop() override {}

private:
  caf::io::network::multiplexer& loop_;
};

template <class... Ts>
std::string in_bytes(caf::actor_system& system, const Ts&... xs) {
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  const auto wrong = sink(const_cast<Ts&>(xs)...);
  CLAW_ASSERT(!wrong);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> names_of_peers(caf::actor_system& system) {
  caf::node_id::default_data::host_id_type nowhere{};
  nowhere.fill(1); // all zeros are no host to CAF
  std::vector<std::string> all;
  for (uint32_t i = 1; i <= peer_names; ++i)
    all.push_back(in_bytes(system, caf::make_node_id(i, nowhere)));
  return all;
}

struct inspection_system_config : caf::actor_system_config {
  inspection_system_config() {
    load<caf::io::middleman>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{1});
    set("middleman.app-identifiers", std::vector<std::string>{inspection_app_id});
  }
};

} // namespace

/// The actor system behind the gate.
class inspection_port::house {
public:
  explicit house(inspection_config config)
      : system_(config_), loop_(system_.middleman().backend()), door_(caf::make_counted<inner_door>(loop_)),
        inspection_(system_.spawn(inspection_actor, std::move(config))) {
    const auto broker = system_.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
    caf::anon_send(broker, caf::publish_atom::value, caf::io::doorman_ptr{door_}, published_at,
                   caf::actor_cast<caf::strong_actor_ptr>(inspection_), std::set<std::string>{});
  }

  ~house() { caf::anon_send_exit(inspection_, caf::exit_reason::user_shutdown); }

  basp_rules rules() {
    const std::vector<caf::strong_actor_ptr> no_stages;
    return {inspection_.id(),
            question_head_of(in_bytes(system_, no_stages, caf::make_message(inspect_atom::value, std::string{}))),
            inspection_limits::question_bytes_max};
  }

  std::vector<std::string> greetings() { return names_of_peers(system_); }

  void take(int socket) {
    loop_.post([door = door_, socket] { door->take(socket); });
  }

private:
  inspection_system_config config_;
  caf::actor_system system_;
  caf::io::network::multiplexer& loop_;
  caf::intrusive_ptr<inner_door> door_;
  caf::actor inspection_;
};

inspection_port::inspection_port(std::unique_ptr<house> x) : house_(std::move(x)) {}
inspection_port::~inspection_port() = default;

outcome<std::unique_ptr<inspection_port>> inspection_port::open(const inspection_settings& settings,
                                                                std::string program,
                                                                std::shared_ptr<const actor_roster> roster,
                                                                std::vector<std::string> secrets) {
  inspection_config config;
  config.roster = std::move(roster);
  config.codec = std::make_shared<json_inspection_codec>(redactor{std::move(secrets)});
  config.node = {std::move(program), CLAW_VERSION, ::getpid(), wall_ms()};
  config.wall_ms = wall_ms;
  std::unique_ptr<inspection_port> x{new inspection_port{std::make_unique<house>(std::move(config))}};
  inspection_gate_options options;
  options.host = settings.host;
  options.port = settings.port;
  options.files = settings.files;
  options.rules = x->house_->rules();
  options.greetings = x->house_->greetings();
  auto gate
      = inspection_gate::open(std::move(options), [inside = x->house_.get()](int socket) { inside->take(socket); });
  if (!gate)
    return failure{gate.error().code, "INSPECT_PORT: " + gate.error().why};
  x->gate_ = std::move(*gate);
  spdlog::info("event=inspection_opened host={} port={}", log_value(settings.host), x->gate_->port());
  return x;
}

outcome<std::unique_ptr<inspection_port>> open_inspection(const std::optional<inspection_settings>& wanted,
                                                          std::string program,
                                                          std::shared_ptr<const actor_roster> roster,
                                                          std::vector<std::string> secrets) {
  if (!wanted)
    return std::unique_ptr<inspection_port>{};
  return inspection_port::open(*wanted, std::move(program), std::move(roster), std::move(secrets));
}

std::string credentials_folder() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder == nullptr ? "" : folder;
}

std::optional<inspection_settings> inspection_settings_of(const config& x, const std::string& credentials) {
  const auto port = x.maybe_integer("INSPECT_PORT");
  if (!port)
    return std::nullopt;
  auto folder = x.text("INSPECT_CERTS");
  if (folder.empty())
    folder = credentials.empty() ? "/etc/openclaw/inspect" : credentials;
  return inspection_settings{x.text("INSPECT_HOST"),
                             static_cast<uint16_t>(*port),
                             {folder + "/ca.crt", folder + "/node.crt", folder + "/node.key"}};
}

} // namespace claw
