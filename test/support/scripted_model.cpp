#include "test/support/scripted_model.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace claw::test {

namespace {

constexpr std::chrono::seconds patience{5};

/// Plays one script. @returns false when the client left before its end.
bool perform(const script& steps, loopback_connection& c) {
  for (const auto& x : steps) {
    switch (x.what) {
    case script_step::kind::write:
      if (!c.write(x.bytes))
        return false;
      break;
    case script_step::kind::pause:
      if (!c.pause(x.time))
        return false;
      break;
    case script_step::kind::hold:
      if (!c.pause(std::chrono::hours{1}))
        return false;
      break;
    case script_step::kind::reset:
      c.reset_at_end();
      break;
    }
  }
  return true;
}

} // namespace

script_step write(std::string bytes) {
  return {script_step::kind::write, std::move(bytes), {}};
}
script_step pause(std::chrono::milliseconds time) {
  return {script_step::kind::pause, {}, time};
}
script_step hold() {
  return {script_step::kind::hold, {}, {}};
}
script_step reset() {
  return {script_step::kind::reset, {}, {}};
}

scripted_model::scripted_model()
    : server_([this](const loopback_request& x, loopback_connection& c) { serve(x, c); }) {}

std::string scripted_model::base_url() const {
  return "http://127.0.0.1:" + std::to_string(server_.port()) + "/v1";
}

void scripted_model::play(script x) {
  const std::lock_guard lock{mutex_};
  script_.push_back(std::move(x));
}

void scripted_model::say(const spoken_reply& x, persona who) {
  play({write(event_stream_head + as_stream(streamed_events(x, who)))});
}

void scripted_model::say_whole(const spoken_reply& x, persona who) {
  play({write(http_reply(200, whole_body(x, who)))});
}

void scripted_model::fail(int status, const std::string& body, const std::string& more_headers) {
  play({write(http_reply(status, body, "application/json", more_headers))});
}

void scripted_model::models(std::string body) {
  const std::lock_guard lock{mutex_};
  models_ = std::move(body);
}

void scripted_model::props(std::string body) {
  const std::lock_guard lock{mutex_};
  props_ = std::move(body);
}

void scripted_model::tokenizer(std::function<std::string(const nlohmann::json&)> answer) {
  const std::lock_guard lock{mutex_};
  tokenizer_ = std::move(answer);
}

std::vector<nlohmann::json> scripted_model::tokenized() const {
  const std::lock_guard lock{mutex_};
  return tokenized_;
}

/// @pre the lock is held
std::string scripted_model::count_tokens(const loopback_request& x) {
  tokenized_.push_back(nlohmann::json::parse(x.body, nullptr, false));
  return tokenizer_ ? http_reply(200, tokenizer_(tokenized_.back())) : http_reply(404, R"({"error":"no such path"})");
}

std::vector<recorded_request> scripted_model::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

std::size_t scripted_model::left() const {
  const std::lock_guard lock{mutex_};
  return script_.size();
}

bool scripted_model::wait_request(std::size_t n) const {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [&] { return requests_.size() > n; });
}

std::optional<std::chrono::steady_clock::time_point>
scripted_model::wait_client_left(std::size_t n) const {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience,
                    [&] { return requests_.size() > n && requests_[n].client_left; });
  return requests_.size() > n ? requests_[n].client_left : std::nullopt;
}

void scripted_model::serve(const loopback_request& x, loopback_connection& c) {
  std::unique_lock lock{mutex_};
  if (x.method == "GET") {
    const auto& told = x.target == "/props" ? props_ : models_;
    const auto reply
        = told ? http_reply(200, *told) : http_reply(404, R"({"error":"no such path"})");
    lock.unlock();
    c.write(reply);
    return;
  }
  if (x.target == "/tokenize") {
    const auto reply = count_tokens(x);
    lock.unlock();
    c.write(reply);
    return;
  }
  const auto n = requests_.size();
  requests_.push_back(
      {x, nlohmann::json::parse(x.body, nullptr, false), std::chrono::steady_clock::now(), {}});
  script steps{write(http_reply(599, R"({"error":"the script has ended"})"))};
  if (!script_.empty()) {
    steps = std::move(script_.front());
    script_.pop_front();
  }
  changed_.notify_all();
  lock.unlock();
  if (perform(steps, c))
    return;
  lock.lock();
  requests_[n].client_left = std::chrono::steady_clock::now();
  changed_.notify_all();
}

script in_pieces(const std::string& bytes, std::size_t n) {
  script out;
  for (std::size_t at = 0; at < bytes.size(); at += n)
    out.push_back(write(bytes.substr(at, n)));
  return out;
}

std::filesystem::path recordings() {
  return CLAW_SOURCE_DIR "/test/data/llm_captures";
}

std::string recorded(const std::string& name) {
  std::ifstream in{recordings() / name, std::ios::binary};
  if (!in)
    throw std::runtime_error("no recorded answer " + name);
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string recorded_body(const std::string& name) {
  const std::string all = recorded(name);
  const auto head_end = all.find("\r\n\r\n");
  const bool chunked = all.substr(0, head_end).find("chunked") != std::string::npos;
  std::string body = all.substr(head_end + 4);
  if (!chunked)
    return body;
  std::string out;
  for (std::size_t at = 0; at < body.size();) {
    const auto line_end = body.find("\r\n", at);
    const auto size = std::strtoul(body.substr(at, line_end - at).c_str(), nullptr, 16);
    if (size == 0 || line_end == std::string::npos)
      break;
    out += body.substr(line_end + 2, size);
    at = line_end + 2 + size + 2;
  }
  return out;
}

std::string as_stream(const std::vector<std::string>& events) {
  std::string out;
  for (const auto& x : events)
    out += "data: " + x + "\n\n";
  return out;
}

} // namespace claw::test
