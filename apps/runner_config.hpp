#pragma once
// What an operator can set on a runner, and the checked values that the program starts with.

#include "actors/domain/caps.hpp"
#include "actors/domain/error.hpp"
#include "actors/runner/runner_system.hpp"
#include "apps/config.hpp"
#include "llm/chat_client.hpp"
#include "llm/repo_config.hpp"
#include "net/broker_client.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace claw {

const config_table& runner_table();

struct runner_settings {
  broker_address broker;
  runner_system_config claims; ///< without commands and boot id
  std::vector<std::string> secrets; ///< every one that is set, to be redacted wherever it turns up
  std::string state_dir;
  std::string metrics_file; ///< RUNNER_METRICS_FILE; "": none
  uint64_t transcripts_bytes_max = 0; ///< RUNNER_TRANSCRIPTS_MAX_BYTES; 0: none are kept
  repo_config repos;

  bool has_model = false; ///< LLM_BASE_URL and LLM_MODEL are set
  chat_client_config model;
  uint32_t model_requests_max = 1; ///< LLM_MAX_REQUESTS: in flight at a time
  std::vector<std::string> allowed_tools;
  uint32_t steps_max = 6;
  std::size_t tool_output_bytes_max = 65'536;
  std::size_t tool_argument_bytes_max = 4'096;
  std::chrono::seconds job_time_max{300};
};

/// @returns `bad_config` with one sentence a problem, a line each
outcome<runner_settings> runner_settings_of(const config& values);

/// WORKER_CAPS with LLM_CAP, and `repo_tools` where it is absent.
caps worker_caps(const std::vector<std::string>& worker_caps_list, const std::string& llm_cap);

} // namespace claw
