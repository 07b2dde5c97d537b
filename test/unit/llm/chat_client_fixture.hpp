#pragma once
// A chat client in front of a scripted endpoint, with timers that a test can wait for.

#include "llm/chat_client.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_model.hpp"

namespace claw::test {

class chat_client_fixture {
protected:
  chat_client_fixture() {
    config.base_url = model.base_url();
    config.model = "scripted";
    config.context_tokens = 100'000;
    config.timers.first_event = std::chrono::milliseconds{2'000};
    config.timers.prefill_tokens_s = 1e9;
    config.timers.stall = std::chrono::milliseconds{2'000};
    config.timers.call_max = std::chrono::milliseconds{5'000};
    request.messages = {{message_role::system, "You help.", {}, {}},
                        {message_role::user, "the question", {}, {}}};
    request.tools = {
        {"repo_list", "lists", R"({"type":"object","properties":{}})"},
        {"repo_status", "tells",
         R"({"type":"object","properties":{"repo":{"type":"string"}},"required":["repo"]})"},
        {"repo_last_commit", "tells",
         R"({"type":"object","properties":{"repo":{"type":"string"}},"required":["repo"]})"},
    };
  }

  /// One request of a fresh client.
  chat_outcome ask() { return ask(*std::make_unique<chat_client>(config)); }

  chat_outcome ask(chat_client& client) {
    return client.complete(request, stop.token(), [this](const chat_progress& x) {
      if (x.what == chat_progress::kind::text)
        shown += x.text;
      condensed += x.what == chat_progress::kind::condensed;
      if (x.what == chat_progress::kind::prefill)
        prefill.push_back(x.fraction);
      ++(x.what == chat_progress::kind::thinking ? thoughts : others);
    });
  }

  /// The n-th body that the endpoint got.
  nlohmann::json sent(std::size_t n) const { return model.requests().at(n).body; }

  /// `name arguments` of every call, one a line.
  static std::string told(const chat_outcome& x) {
    std::string out;
    if (x.reply)
      for (const auto& call : x.reply->calls)
        out += (out.empty() ? "" : "\n") + call.name + " "
               + nlohmann::json::parse(call.arguments_json, nullptr, false).dump();
    return out;
  }

  scripted_model model;
  chat_client_config config;
  chat_request request;
  stop_source stop;
  std::string shown;
  std::vector<double> prefill;
  int thoughts = 0, condensed = 0, others = 0;
};

} // namespace claw::test
