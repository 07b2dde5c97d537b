#include "apps/cli/store_words.hpp"

#include "apps/cli/cli_exit.hpp"
#include "net/bounded_json.hpp"
#include "net/terminal_text.hpp"

#include <ostream>

namespace claw {

using nlohmann::json;

int fail_on_store(const failure& why, const store_world& world) {
  world.err << "openclaw: " << printable(why.why, true) << std::endl;
  return why.code == ec::store_broken ? cli_exit::job_failed : cli_exit::of(why.code);
}

json counts_json(const check_counts& x) {
  return {{"jobs", x.jobs},   {"events", x.events}, {"events_unchained", x.unchained},
          {"texts", x.texts}, {"tokens", x.tokens}, {"problems", x.problems}};
}

std::string counts_text(const check_counts& x) {
  auto text = std::to_string(x.jobs) + " jobs, " + std::to_string(x.events) + " events, " + std::to_string(x.texts)
              + " texts";
  if (x.tokens > 0)
    text += ", " + std::to_string(x.tokens) + " tokens";
  if (x.unchained > 0)
    text += " (" + std::to_string(x.unchained) + " events are older than the chains)";
  return text;
}

check_listener listener_of(const store_world& world, progress_teller& teller) {
  const auto tell = [&world](const char* key, const std::string& name, const std::string& what) {
    if (world.json)
      world.out << printable_json(json_text({{key, name}, {"problem", what}})) << "\n";
    else
      world.out << printable(name, true) << ": " << printable(what, true) << "\n";
  };
  return {[tell](const job_id& id, const std::string& what) { tell("job_id", to_string(id), what); },
          [&teller](const check_counts& so_far) { teller.at(so_far.jobs); },
          [tell](std::string_view kid, const std::string& what) { tell("kid", std::string{kid}, what); }};
}

} // namespace claw
