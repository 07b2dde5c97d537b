#pragma once
// Tools and commands that do what a test tells them.

#include "actors/ports/tool.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace claw::test {

class scripted_toolbox : public toolbox {
public:
  using deed = std::function<tool_result(const std::string& arguments, const stop_token&)>;

  void tool(std::string name, deed x) { deeds_[std::move(name)] = std::move(x); }

  void tool(std::string name, std::string content) {
    tool(std::move(name), [content](const std::string&, const stop_token&) {
      tool_result x;
      x.ok = true;
      x.content = content;
      return x;
    });
  }

  std::vector<tool_spec> specs() const override {
    std::vector<tool_spec> out;
    for (const auto& [name, unused] : deeds_)
      out.push_back({name, "a tool", "{}"});
    return out;
  }

  outcome<std::string> check(const tool_call& call) const override {
    if (!deeds_.count(call.name))
      return failure{ec::no_such_route, "no such tool"};
    if (call.arguments_json.find("://") != std::string::npos)
      return failure{ec::tool_refused, R"({"error":"urls are refused"})"};
    return call.arguments_json;
  }

  tool_result run(std::string_view name, const std::string& arguments,
                  std::chrono::steady_clock::time_point, const stop_token& stop) override {
    deed todo;
    {
      std::lock_guard lock{mutex_};
      ran_.push_back(std::string{name} + ' ' + arguments);
      todo = deeds_.at(std::string{name});
    }
    return todo(arguments, stop);
  }

  std::vector<std::string> ran() const {
    std::lock_guard lock{mutex_};
    return ran_;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, deed> deeds_;
  std::vector<std::string> ran_;
};

class scripted_commands : public command_runner {
public:
  using deed = std::function<outcome<std::string>(const std::string& payload, const stop_token&)>;

  void command(std::string name, deed x) { deeds_[std::move(name)] = std::move(x); }

  std::vector<std::string> commands() const override {
    std::vector<std::string> out;
    for (const auto& [name, unused] : deeds_)
      out.push_back(name);
    return out;
  }

  outcome<std::string> run(const std::string& command, const std::string& payload,
                           std::chrono::steady_clock::time_point, const stop_token& stop) override {
    const auto i = deeds_.find(command);
    if (i == deeds_.end())
      return failure{ec::bad_command, "unknown command"};
    return i->second(payload, stop);
  }

private:
  std::map<std::string, deed> deeds_;
};

} // namespace claw::test
