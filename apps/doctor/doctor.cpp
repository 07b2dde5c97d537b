#include "apps/doctor/doctor.hpp"

#include "apps/exit_codes.hpp"

#include <ostream>
#include <sstream>

namespace claw {

namespace {

/// A line of problems is a finding each.
void report_config(const std::string& problems, findings& out) {
  std::istringstream lines{problems};
  for (std::string line; std::getline(lines, line);)
    if (!line.empty())
      out.bad("configuration", line, "openclaw-runner --help lists every variable");
}

config_outcome read_runner_config(const doctor_options& options, config_sources sources) {
  sources.arguments.clear();
  if (!options.env_file.empty())
    sources.arguments = {"--env-file", options.env_file};
  return read_config(runner_table(), sources);
}

} // namespace

int run_doctor(const doctor_options& options, const config_sources& sources, const doctor_world& world,
               std::ostream& out) {
  const auto read = read_runner_config(options, sources);
  const auto* values = std::get_if<config>(&read);
  findings found{redactor{values ? values->secrets() : std::vector<std::string>{}}, [&](const finding& x) {
                   if (!options.json)
                     out << finding_text(x) << std::flush;
                 }};
  const auto settings = values ? runner_settings_of(*values) : failure{ec::bad_config, ""};
  if (!settings) {
    report_config(values ? settings.error().why : std::get<config_exit>(read).text, found);
  } else {
    found.good("configuration", "complete, for the worker " + settings->claims.me.worker_id);
    examine_broker(*settings, world, found);
    examine_machine(*settings, found);
    examine_model(*settings, found);
  }
  if (options.json)
    out << findings_json(found.all()) << "\n";
  if (!settings)
    return exit_codes::config;
  return found.any_bad() ? 1 : 0;
}

} // namespace claw
