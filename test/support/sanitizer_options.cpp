// What the sanitizers do in every program of the presets asan and tsan: they write their reports to files, so that
// test/run finds the report, too, of a program whose last words no test reads. Environments do not reach all of them.
// @source https://github.com/google/sanitizers/wiki/SanitizerCommonFlags; sanitizer/ubsan_interface.h

#include <unistd.h>

#include <fstream>
#include <string>

#define CLAW_LOG_PATH "log_path=" CLAW_REPORTS "/report"

extern "C" {
const char* __asan_default_options();
const char* __tsan_default_options();
const char* __ubsan_default_options();
void __ubsan_on_report();
__attribute__((weak)) void __ubsan_get_current_report_data(const char** kind, const char** message, const char** file,
                                                           unsigned* line, unsigned* column, char** address);

const char* __asan_default_options() {
  return CLAW_LOG_PATH ":detect_stack_use_after_return=1:strict_string_checks=1";
}

const char* __tsan_default_options() {
  return CLAW_LOG_PATH;
}

const char* __ubsan_default_options() {
  return "print_stacktrace=1";
}

/// GCC's UBSan next to its AddressSanitizer knows no log_path: it tells the trace on stderr, and here what it is.
void __ubsan_on_report() {
  const char *kind = "", *message = "", *file = "";
  unsigned line = 0, column = 0;
  char* address = nullptr;
  __ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
  std::ofstream{CLAW_REPORTS "/report." + std::to_string(::getpid()), std::ios::app}
    << file << ':' << line << ':' << column << ": " << kind << ": " << message << '\n';
}
}
