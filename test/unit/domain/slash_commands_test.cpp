#include "actors/domain/chat_command.hpp"
#include "actors/domain/slash_commands.hpp"
#include "actors/domain/slash_text.hpp"
#include "actors/domain/utf8_text.hpp"
#include "test/support/catch.hpp"

#include <algorithm>
#include <set>

using namespace claw;

namespace {

discord_interaction filled(const std::string& name, std::vector<discord_interaction::option> options) {
  discord_interaction x;
  x.name = name;
  x.options = std::move(options);
  return x;
}

bool is_name(const std::string& x) {
  return !x.empty() && x.size() <= 32
         && std::all_of(x.begin(), x.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

} // namespace

TEST_CASE("every slash command is one that Discord takes and the command language knows", "[slash]") {
  std::set<std::string> names;
  for (const auto& command : slash_commands()) {
    CAPTURE(command.name);
    CHECK(is_name(command.name));
    CHECK(names.insert(command.name).second);
    CHECK(utf16_units(command.description) <= 100);
    CHECK(std::is_sorted(command.options.begin(), command.options.end(),
                         [](const auto& a, const auto& b) { return a.required && !b.required; }));
    auto line = filled(command.name, {});
    for (const auto& option : command.options) {
      CHECK(is_name(option.name));
      CHECK(utf16_units(option.description) <= 100);
      line.options.push_back({option.name, option.what == slash_option::kind::number ? "7" : "x", false});
    }
    CHECK_FALSE(std::holds_alternative<chat_advice>(parse_chat_command(slash_text(line))));
  }
}

TEST_CASE("a filled slash command is the line that means the same", "[slash]") {
  CHECK(slash_text(filled("ping", {{"text", " hello you ", false}})) == "ping hello you");
  CHECK(slash_text(filled("ask", {{"model", "vllm", false}, {"prompt", "why?", false}})) == "ask vllm: why?");
  CHECK(slash_text(filled("grep", {{"query", "two \"words\"", false}, {"repo", "notes", false}}))
        == "grep notes \"two words\"");
  CHECK(slash_text(filled("cat", {{"end", "9", false}, {"path", "a.txt", false}, {"repo", "notes", false}}))
        == "cat notes a.txt 1 9");
  CHECK(slash_text(filled("jobs", {})) == "jobs");
}

TEST_CASE("the digest of the slash commands changes with whatever Discord has to be told", "[slash]") {
  const auto all = slash_commands();
  const auto digest = slash_digest(all, snowflake{1}, {});
  CHECK(digest == slash_digest(all, snowflake{1}, {}));
  CHECK(digest != slash_digest(all, snowflake{2}, {}));
  CHECK(digest != slash_digest(all, snowflake{1}, snowflake{2}));
  auto other = all;
  other[0].options[0].completed = true;
  CHECK(digest != slash_digest(other, snowflake{1}, {}));
  CHECK(digest != slash_digest({}, snowflake{1}, {}));
}

TEST_CASE("at most 25 choices are offered, those that hold what is typed", "[slash]") {
  std::vector<command_choice> all;
  for (int i = 0; i < 40; ++i)
    all.push_back({"Repo-" + std::to_string(i), "repo-" + std::to_string(i)});
  all.push_back({"long", std::string(101, 'x')});
  CHECK(matching_choices(all, "").size() == 25);
  CHECK(matching_choices(all, "REPO-39").size() == 1);
  CHECK(matching_choices(all, "long").empty());
}
