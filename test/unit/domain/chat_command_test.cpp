#include "actors/domain/chat_command.hpp"
#include "test/support/catch.hpp"

#include <string>
#include <vector>

using namespace claw;
using question = chat_question::kind;

namespace {

const std::string help_line
    = "Commands: ask, urgo, repos, repostat, last, grep, cat, log, diff, show, blame, tree, ping, capabilities, plan, "
      "approve, status, cancel, retry, jobs, workers, queue, whoami, help";
const std::string prompt_wanted = "Please provide a prompt (e.g. ask vllm: your question here).";

chat_command job(std::string command, std::string text = "") {
  return chat_job{std::move(command), std::move(text), {}, ""};
}
chat_command job(std::string command, std::vector<chat_job::field> fields) {
  return chat_job{std::move(command), "", std::move(fields), ""};
}
chat_command ask(std::string prompt) {
  return chat_job{"llm_task", "", {{"prompt", std::move(prompt)}}, ""};
}
chat_command ask(std::string prompt, const std::string& cap) {
  return chat_job{"llm_task", "", {{"prompt", std::move(prompt)}, {"preferred", cap}}, cap};
}
chat_command advice(std::string text) {
  return chat_advice{std::move(text)};
}
chat_command asked(question what, std::string id = "") {
  return chat_question{what, std::move(id)};
}

struct row {
  std::string text;
  chat_command meant;
};

void check(const std::vector<row>& rows, const caps& known = {}) {
  for (const auto& x : rows) {
    CAPTURE(x.text);
    CHECK(parse_chat_command(x.text, known) == x.meant);
  }
}

} // namespace

TEST_CASE("every command becomes the job that the table names", "[chat_command]") {
  check({
      {"ping hello", job("ping", "hello")},
      {"PING  hello  world ", job("ping", "hello  world")},
      {"\tPing\nhello\nworld", job("ping", "hello\nworld")},
      {"ping", job("ping", "")},
      {"capabilities", job("capabilities")},
      {"plan do it", job("plan_echo", "do it")},
      {"approve 1234 now", job("approve_echo", "1234")},
      {"repos", job("repo_list")},
      {"repostat r", job("repo_status", {{"repo", "r"}})},
      {"last r", job("repo_last_commit", {{"repo", "r"}})},
      {"grep r word", job("repo_grep", {{"repo", "r"}, {"query", "word"}})},
      {"grep r word src", job("repo_grep", {{"repo", "r"}, {"query", "word"}, {"path", "src"}})},
      {"grep r \"two words\"", job("repo_grep", {{"repo", "r"}, {"query", "two words"}})},
      {"grep r \"two words\" src",
       job("repo_grep", {{"repo", "r"}, {"query", "two words"}, {"path", "src"}})},
      {"grep r \" x \"", job("repo_grep", {{"repo", "r"}, {"query", " x "}})},
      {"grep r \"never closed", job("repo_grep", {{"repo", "r"}, {"query", "never closed"}})},
      {"grep r --pre=x", job("repo_grep", {{"repo", "r"}, {"query", "--pre=x"}})},
  });
}

TEST_CASE("the history is asked by repo, or by repo and revision", "[chat_command]") {
  const auto text = [](const char* command, std::vector<chat_job::field> more) {
    more.insert(more.begin(), {"repo", "r"});
    return job(command, std::move(more));
  };
  check({
      {"log r", text("repo_log", {})},
      {"log r src", text("repo_log", {{"path", "src"}})},
      {"log r 5", text("repo_log", {{"count", int64_t{5}}})},
      {"log r src 5", text("repo_log", {{"path", "src"}, {"count", int64_t{5}}})},
      {"log r@v1 src", text("repo_log", {{"rev", "v1"}, {"path", "src"}})},
      {"log r@", text("repo_log", {})},
      {"diff r", text("repo_diff", {})},
      {"diff r main", text("repo_diff", {{"from", "main"}})},
      {"diff r main..topic src", text("repo_diff", {{"from", "main"}, {"to", "topic"}, {"path", "src"}})},
      {"diff r main..", text("repo_diff", {{"from", "main"}, {"to", "HEAD"}})},
      {"diff r ..topic", text("repo_diff", {{"to", "topic"}})},
      {"show r", text("repo_show", {})},
      {"show r HEAD~1 src", text("repo_show", {{"rev", "HEAD~1"}, {"path", "src"}})},
      {"show r@abc123 src", text("repo_show", {{"rev", "abc123"}, {"path", "src"}})},
      {"blame r a/b 3 4", text("repo_blame", {{"path", "a/b"}, {"start", int64_t{3}}, {"end", int64_t{4}}})},
      {"BLAME r@v1 a/b",
       text("repo_blame", {{"rev", "v1"}, {"path", "a/b"}, {"start", int64_t{1}}, {"end", int64_t{200}}})},
      {"tree r", text("repo_tree", {})},
      {"tree r@v1 src 3", text("repo_tree", {{"rev", "v1"}, {"path", "src"}, {"depth", int64_t{3}}})},
      {"log r --all", text("repo_log", {{"path", "--all"}})},
  });
}

TEST_CASE("cat has two hundred lines unless it is told otherwise", "[chat_command]") {
  const auto lines = [](int64_t start, int64_t end) {
    return job("repo_readfile", {{"repo", "r"}, {"path", "a/b"}, {"start", start}, {"end", end}});
  };
  const auto usage = advice("Usage: cat <repo> <path> [start] [end]");
  check({
      {"cat r a/b", lines(1, 200)},
      {"cat r a/b 10", lines(10, 209)},
      {"cat r a/b 10 20", lines(10, 20)},
      {"cat r a/b 0 0", lines(0, 0)},
      {"cat r a/b x", usage},
      {"cat r a/b 1 x", usage},
      {"cat r a/b -1", usage},
      {"cat r a/b 99999999999999999999", usage},
      {"cat r", usage},
      {"cat", usage},
  });
}

TEST_CASE("a prompt finds its way to the model that it names", "[chat_command]") {
  check({
      {"ask what is it", ask("what is it")},
      {"urgo what is it", ask("what is it")},
      {"ask vllm: what", ask("what", "llm:vllm")},
      {"ask vllm:what", ask("what", "llm:vllm")},
      {"ask vllm what", ask("what", "llm:vllm")},
      {"ask VLLM: What", ask("What", "llm:vllm")},
      {"URGO Jetson: What", ask("What", "llm:jetson")},
      {"ask jetson what", ask("what", "llm:jetson")},
      {"ask jetson\nwhat", ask("what", "llm:jetson")},
      {"ask what is it preferred vllm", ask("what is it", "llm:vllm")},
      {"ask what is it Preferred JETSON ", ask("what is it", "llm:jetson")},
      {"ask vllm: is jetson preferred jetson", ask("is jetson preferred jetson", "llm:vllm")},
      {"ask vllms are what", ask("vllms are what")},
      {"ask what is vllm", ask("what is vllm")},
      {"ask unpreferred vllm", ask("unpreferred vllm")},
      {"ask other: what", ask("other: what")},
      {"ask what: vllm: x", ask("what: vllm: x")},
      {"ask", advice(prompt_wanted)},
      {"ask  ", advice(prompt_wanted)},
      {"ask vllm:", advice(prompt_wanted)},
      {"ask vllm", advice(prompt_wanted)},
      {"ask jetson: \n", advice(prompt_wanted)},
      {"ask preferred vllm", advice(prompt_wanted)},
      {"urgo", advice(prompt_wanted)},
  });
}

TEST_CASE("a prompt may name any model that a worker has advertised", "[chat_command]") {
  const auto known = caps::from_list("llm:Big,llm:big-2,repo_tools,llm:");
  check(
      {
          {"ask big: what", ask("what", "llm:Big")},
          {"ask BIG-2: what", ask("what", "llm:big-2")},
          {"ask big what", ask("big what")},
          {"ask repo_tools: what", ask("repo_tools: what")},
          {"ask : what", ask(": what")},
          {"ask big:", advice(prompt_wanted)},
          {"ask vllm: what", ask("what", "llm:vllm")},
      },
      known);
}

TEST_CASE("questions about jobs and workers are no jobs", "[chat_command]") {
  check({
      {"status abc", asked(question::status, "abc")},
      {"Cancel abc def", asked(question::cancel, "abc")},
      {"retry abc", asked(question::retry, "abc")},
      {"jobs", asked(question::jobs)},
      {"workers", asked(question::workers)},
      {"queue", asked(question::queue)},
      {"whoami", asked(question::whoami)},
      {"HELP", asked(question::help)},
  });
}

TEST_CASE("a missing argument is answered with the usage line", "[chat_command]") {
  check({
      {"plan", advice("Usage: plan <text>")},
      {"approve", advice("Usage: approve <plan_id>")},
      {"status", advice("Usage: status <job_id>")},
      {"cancel ", advice("Usage: cancel <job_id>")},
      {"retry", advice("Usage: retry <job_id>")},
      {"repostat", advice("Usage: repostat <repo>")},
      {"last", advice("Usage: last <repo>")},
      {"log", advice("Usage: log <repo> [path] [count]")},
      {"log r src many", advice("Usage: log <repo> [path] [count]")},
      {"log r src 1 2", advice("Usage: log <repo> [path] [count]")},
      {"diff", advice("Usage: diff <repo> [from[..to]] [path]")},
      {"diff r a b c", advice("Usage: diff <repo> [from[..to]] [path]")},
      {"show", advice("Usage: show <repo> [commit] [path]")},
      {"blame r", advice("Usage: blame <repo> <path> [start] [end]")},
      {"blame r a x", advice("Usage: blame <repo> <path> [start] [end]")},
      {"tree", advice("Usage: tree <repo> [path] [depth]")},
      {"grep", advice("Usage: grep <repo> <query> [path]")},
      {"grep r", advice("Usage: grep <repo> <query> [path]")},
      {"grep r \"\"", advice("Usage: grep <repo> <query> [path]")},
      {"grep r a b c",
       advice("Usage: grep <repo> <query> [path] (put a query with blanks in double quotes)")},
  });
}

TEST_CASE("anything else is answered with one line of commands", "[chat_command]") {
  check({
      {"", advice(help_line)},
      {"  \n ", advice(help_line)},
      {"hello there", advice(help_line)},
      {"pingpong", advice(help_line)},
      {"ask:", advice(help_line)},
      {"\xff\xfe", advice(help_line)},
  });
}

TEST_CASE("the help has a line for every command", "[chat_command]") {
  const auto help = "\n" + chat_help();
  for (const std::string name : {"ask ", "grep <repo> <query> [path]", "whoami", "help"})
    CHECK(help.find("\n" + name) != std::string::npos);
}
