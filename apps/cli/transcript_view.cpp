#include "apps/cli/transcript_view.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/domain/replay.hpp"
#include "apps/bounded_read.hpp"
#include "apps/cli/cli_exit.hpp"
#include "apps/transcript_chain.hpp"
#include "apps/transcript_files.hpp"
#include "llm/bounded_json.hpp"
#include "net/terminal_text.hpp"
#include "llm/transcript_codec.hpp"

#include <fstream>
#include <optional>
#include <ostream>
#include <sstream>

namespace claw {

namespace {

constexpr std::size_t transcript_bytes_max = 2 * transcript_limits{}.file_bytes_max; // of an older version, perhaps

struct read_transcript {
  std::vector<run_line> lines;
  std::string broken; ///< where the chain does not hold, "" when it does
  bool full = false;  ///< the file reached its limit: the end is missing
};

std::string in_line(std::size_t number, const std::string& what) {
  return "line " + std::to_string(number) + ": " + what;
}

outcome<read_transcript> read(std::istream& file) {
  read_transcript out;
  const json_transcript_codec codec{redactor{}};
  std::string chain{chain_start};
  std::string text;
  for (std::size_t number = 1; std::getline(file, text); ++number) {
    const auto line = unseal(text);
    if (!line)
      return failure{ec::bad_shape, in_line(number, "this is no line of a transcript")};
    chain = chain_of(chain, line->json);
    if (line->chain != chain && out.broken.empty())
      out.broken = in_line(number, "it or a line before it was changed");
    chain = line->chain;
    if (line->json == R"({"type":"full"})") {
      out.full = true;
      continue;
    }
    auto parsed = codec.parse(line->json);
    if (!parsed)
      return failure{ec::bad_shape, in_line(number, parsed.error().why)};
    out.lines.push_back(*std::move(parsed));
  }
  return out;
}

} // namespace

int show_transcript(const std::string& path, bool json, std::ostream& out, std::ostream& trouble) {
  std::ifstream file{path, std::ios::binary};
  const auto text = file ? read_at_most(file, transcript_bytes_max) : std::nullopt;
  std::istringstream lines{text.value_or("")};
  const auto transcript
      = text ? read(lines) : failure{ec::io_failed, "it cannot be read, or is longer than a transcript"};
  if (!transcript) {
    trouble << "openclaw: " << log_line(path) << ": " << transcript.error().why << "\n";
    return cli_exit::refused;
  }
  const auto replayed = replay(transcript->lines);
  const auto chain = transcript->broken.empty() ? "intact" : transcript->broken;
  const auto decisions = replayed ? std::string{"the same"} : replayed.error().why;
  if (json) {
    out << printable_json(json_text({{"lines", transcript->lines.size()},
                      {"chain", chain},
                      {"replay", decisions},
                      {"full", transcript->full}}))
        << "\n";
  } else {
    if (replayed)
      for (const auto& line : replayed->story)
        out << log_line(line) << "\n";
    out << "chain: " << chain << "\nreplay: " << log_line(decisions) << "\n";
    if (transcript->full)
      out << "The file reached its limit; what came later is missing.\n";
  }
  return transcript->broken.empty() && replayed ? 0 : cli_exit::job_failed;
}

} // namespace claw
