#pragma once
// A model endpoint that plays a script, for tests. Two layers: `say` and `fail` speak in a server's dialect,
// `play` writes raw bytes, waits and closes as it is told. It records every request and when its client left.

#include "test/support/loopback_server.hpp"
#include "test/support/spoken_reply.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>

namespace claw::test {

/// One thing that the fake does with a connection.
struct script_step {
  enum class kind { write, pause, hold, reset } what = kind::write;
  std::string bytes{};
  std::chrono::milliseconds time{0};
};
using script = std::vector<script_step>;

script_step write(std::string bytes);
script_step pause(std::chrono::milliseconds time);
script_step hold();  ///< until the client leaves
script_step reset(); ///< end with RST

struct recorded_request {
  loopback_request http;
  nlohmann::json body;
  std::chrono::steady_clock::time_point at{};
  std::optional<std::chrono::steady_clock::time_point> client_left{}; ///< only where it left before the script ended
};

class scripted_model {
public:
  scripted_model();

  /// `http://127.0.0.1:PORT/v1`
  std::string base_url() const;

  // -- what comes next, one after the other; a request beyond the script is answered 599
  void play(script x);
  void say(const spoken_reply& x, persona who = persona::llamacpp);
  void say_whole(const spoken_reply& x, persona who = persona::llamacpp);
  void fail(int status, const std::string& body, const std::string& more_headers = "");

  /// What GET /models answers; 404 until it is told.
  void models(std::string body);

  /// What GET /props answers; 404 until it is told.
  void props(std::string body);

  /// What POST /tokenize answers; 404 until it is told.
  void tokenizer(std::function<std::string(const nlohmann::json& asked)> answer);
  std::vector<nlohmann::json> tokenized() const; ///< what it was asked so far

  std::vector<recorded_request> requests() const; ///< chat requests so far
  std::size_t left() const;                       ///< script parts that nobody asked for

  /// Waits until the n-th request (from 0) is there. @returns false after five seconds.
  bool wait_request(std::size_t n) const;

  /// Waits until the client of the n-th request left. @returns none after five seconds.
  std::optional<std::chrono::steady_clock::time_point> wait_client_left(std::size_t n) const;

private:
  void serve(const loopback_request& x, loopback_connection& c);
  std::string count_tokens(const loopback_request& x);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<script> script_;
  std::vector<recorded_request> requests_;
  std::optional<std::string> models_, props_;
  std::function<std::string(const nlohmann::json&)> tokenizer_;
  std::vector<nlohmann::json> tokenized_;
  loopback_server server_; ///< last: its threads use all of the above
};

/// The bytes as writes of at most `n` bytes each.
script in_pieces(const std::string& bytes, std::size_t n);

/// The folder of recorded answers.
std::filesystem::path recordings();

/// A recorded answer of a real server, byte for byte.
std::string recorded(const std::string& name);

/// The body of a recorded answer; chunked transfer coding removed.
std::string recorded_body(const std::string& name);

/// The events as one stream with LF line ends.
std::string as_stream(const std::vector<std::string>& events);

} // namespace claw::test
