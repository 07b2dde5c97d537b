#include "actors/domain/caps.hpp"
#include "apps/doctor/doctor.hpp"
#include "net/broker_client.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace claw {

namespace {

constexpr int64_t clock_seconds_max = 30; ///< kept results and lease times are judged by wall clocks

void examine_clock(const remote_health& health, const doctor_world& world, findings& out) {
  if (!health.clock_s)
    return out.skip("clock", "the broker does not tell its time");
  const auto ahead = world.wall_s() - *health.clock_s;
  if (std::abs(ahead) <= clock_seconds_max)
    return out.good("clock", std::to_string(ahead) + " s from the broker's");
  out.warn("clock",
           "this machine is " + std::to_string(std::abs(ahead)) + " s " + (ahead > 0 ? "ahead of" : "behind")
               + " the broker",
           "switch on time synchronisation on both machines (timedatectl set-ntp true)");
}

/// A job id that no broker has given out.
std::string unused_id(const doctor_world& world) {
  std::array<char, 37> text{};
  const auto a = world.random();
  const auto b = world.random();
  std::snprintf(text.data(), text.size(), "%08x-%04x-7%03x-8%03x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xfff),
                static_cast<unsigned>(b >> 48 & 0xfff), static_cast<unsigned long long>(b & 0xffff'ffff'ffff));
  return text.data();
}

/// A heartbeat for a job that is not there: only a broker that takes the token says that it is not.
void examine_token(const runner_settings& x, const doctor_world& world, findings& out) {
  auto client = make_worker_client(x.broker);
  if (!client)
    return out.bad("worker token", client.error().why, "set WORKER_TOKEN");
  remote_job nobodys;
  nobodys.id = unused_id(world);
  const auto answer = (*client)->renew(worker_identity{}, nobodys); // without a name: nobody seems to live
  if (answer || answer.error().code == ec::no_such_job)
    return out.good("worker token", "accepted");
  if (answer.error().code == ec::bad_token)
    return out.bad("worker token", answer.error().why,
                   "set WORKER_TOKEN to the value that the broker was started with");
  out.bad("worker token", answer.error().why, "look into the broker's log");
}

void examine_caps(const runner_settings& x, findings& out) {
  const auto& caps = x.claims.me.caps;
  bool has_model_cap = false;
  for (const auto& name : caps.names())
    has_model_cap |= is_model_cap(name);
  if (has_model_cap && !x.has_model)
    return out.bad("caps", to_string(caps) + ", but there is no model behind the llm: caps",
                   "set LLM_BASE_URL and LLM_MODEL, or take the cap out of LLM_CAP and WORKER_CAPS");
  if (!has_model_cap && x.has_model)
    return out.warn("caps", to_string(caps) + ": nobody can ask this model by name",
                    "set LLM_CAP, e.g. LLM_CAP=llm:vllm");
  out.good("caps", to_string(caps));
}

} // namespace

void examine_broker(const runner_settings& x, const doctor_world& world, findings& out) {
  auto client = make_producer_client({x.broker.url, "none"}); // health wants no token
  const auto health = client ? (*client)->health() : client.error();
  if (!health) {
    out.bad("broker", health.error().why, "set BROKER_URL, or start the broker there");
    out.skip("clock", "the broker was not reached");
    out.skip("worker token", "the broker was not reached");
  } else {
    if (health->version.empty())
      out.warn("broker", x.broker.url + " answers and names no version: an old one, without renewals and progress",
               "update the broker");
    else
      out.good("broker", x.broker.url + ", version " + health->version);
    examine_clock(*health, world, out);
    examine_token(x, world, out);
  }
  examine_caps(x, out);
}

} // namespace claw
