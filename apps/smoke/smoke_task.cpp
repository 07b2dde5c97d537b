#include "apps/smoke/smoke_task.hpp"

#include <CLI/CLI.hpp>

namespace claw {

void add_smoke_verb(CLI::App& app, smoke_task& chosen, const std::function<void()>& on_chosen) {
  auto* smoke = app.add_subcommand(
      "smoke", "Run the rows of docs/MULTI_WORKER_LLM_SMOKE.md on a live system with llm:vllm and llm:jetson");
  smoke->fallthrough();
  smoke->add_option("--repo", chosen.repo, "A repository that every worker knows (openclaw-broker)")
      ->check([](const std::string& name) {
        const bool plain = !name.empty() && name.find_first_of(" \t\r\n\"") == std::string::npos;
        return plain ? std::string{} : "must be one word";
      })
      ->option_text("NAME");
  smoke->add_option("--report", chosen.report_file, "Write the report-back as a new Markdown file")
      ->option_text("FILE");
  auto* stop = smoke->add_option("--stop-jetson", chosen.stop_jetson,
                                 "What stops the Jetson's runner: a program and its arguments, in one quoted word, "
                                 "split at blanks. Without it a person at the terminal is asked");
  auto* start = smoke->add_option("--start-jetson", chosen.start_jetson, "What starts it again");
  stop->option_text("COMMAND")->needs(start);
  start->option_text("COMMAND")->needs(stop);
  smoke
      ->add_option("--discord", chosen.channel,
                   "Say the rows in this channel, as the bot of SMOKE_DISCORD_TOKEN, which our bot must hear "
                   "(its ALLOWED_BOT_ID), and judge what our bot says there, too")
      ->check([](const std::string& id) { return is_set(parse_snowflake(id)) ? std::string{} : "is no channel's id"; })
      ->option_text("CHANNEL");
  smoke->callback(on_chosen);
}

} // namespace claw
