#include "net/curl_session.hpp"

#include "actors/domain/ascii.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <limits>
#include <mutex>

namespace claw {

namespace {

constexpr std::size_t headers_max = 256;
constexpr auto connect_time_max = std::chrono::milliseconds{5'000};
constexpr int wake_ms_max
    = 1'000; ///< between two looks at the stop token, should its descriptor be missing

struct header_list {
  header_list() = default;
  header_list(const header_list&) = delete;
  header_list& operator=(const header_list&) = delete;
  ~header_list() { curl_slist_free_all(first); }

  void add(const std::string& line) {
    if (auto* longer = curl_slist_append(first, line.c_str()))
      first = longer;
  }

  curl_slist* first = nullptr;
};

struct received {
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::size_t bytes_max = 0;
  bool too_long = false;
};

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& into = *static_cast<received*>(target);
  const auto length = size * count;
  if (length > into.bytes_max - into.body.size()) {
    into.too_long = true;
    return 0; // anything but the length ends the transfer
  }
  into.body.append(bytes, length);
  return length;
}

/// One line of the header block; an informational answer before the real one begins a block of its own.
std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& into = *static_cast<received*>(target);
  const std::string_view line{bytes, size * count};
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    into.headers.clear();
  } else if (colon != std::string_view::npos && into.headers.size() < headers_max) {
    into.headers.emplace_back(in_lower_case(line.substr(0, colon)), std::string{trimmed(line.substr(colon + 1))});
  }
  return line.size();
}

bool is_header_safe(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

void allow_http_only(CURL* easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, long{CURLPROTO_HTTP | CURLPROTO_HTTPS});
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, long{CURLPROTO_HTTP | CURLPROTO_HTTPS});
#endif
}

failure failure_of(CURLcode code, const received& into) {
  if (into.too_long)
    return {ec::bad_reply, "the answer is longer than allowed"};
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY
      || code == CURLE_BAD_CONTENT_ENCODING)
    return {ec::bad_reply, "the answer is not HTTP"};
  return {ec::unreachable, curl_easy_strerror(code)};
}

} // namespace

struct curl_session::handles {
  handles() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    easy = curl_easy_init();
    multi = curl_multi_init();
    CLAW_ASSERT(easy != nullptr && multi != nullptr);
  }
  handles(const handles&) = delete;
  handles& operator=(const handles&) = delete;
  ~handles() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }

  void prepare(const curl_request& x, const header_list& headers, received& into) const;
  CURLcode transfer(const stop_token& stop) const;

  CURL* easy = nullptr;
  CURLM* multi = nullptr;
};

void curl_session::handles::prepare(const curl_request& x, const header_list& headers,
                                    received& into) const {
  curl_easy_reset(easy); // keeps live connections
  allow_http_only(easy);
  curl_easy_setopt(easy, CURLOPT_URL, x.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 20L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_time_max.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(x.time_max.count()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.first);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &into);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &into);
  if (!x.ca_file.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, x.ca_file.c_str());
  if (!x.proxy_allowed)
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (x.method == "POST" || x.method == "PATCH" || x.method == "PUT") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    if (x.method != "POST")
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, x.method.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, x.body.data()); // not copied: x outlives the call
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(x.body.size()));
  } else if (x.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, x.method.c_str());
  }
}

CURLcode curl_session::handles::transfer(const stop_token& stop) const {
  auto result = CURLE_OK;
  curl_multi_add_handle(multi, easy);
  for (int running = 1; running > 0;) {
    if (stop.stopped() || curl_multi_perform(multi, &running) != CURLM_OK) {
      result = CURLE_ABORTED_BY_CALLBACK;
      break;
    }
    int left = 0;
    while (const auto* note = curl_multi_info_read(multi, &left))
      if (note->msg == CURLMSG_DONE)
        result = note->data.result;
    if (running > 0) {
      curl_waitfd wake{stop.fd(), CURL_WAIT_POLLIN, 0};
      curl_multi_poll(multi, &wake, stop.fd() >= 0 ? 1U : 0U, wake_ms_max, nullptr);
    }
  }
  curl_multi_remove_handle(multi, easy); // a transfer broken off closes its connection
  return result;
}

std::string curl_answer::header(std::string_view name_in_lower_case) const {
  const auto at = std::find_if(headers.begin(), headers.end(),
                               [&](const auto& x) { return x.first == name_in_lower_case; });
  return at == headers.end() ? std::string{} : at->second;
}

curl_session::curl_session() : handles_(std::make_unique<handles>()) {}

curl_session::~curl_session() = default;

outcome<curl_answer> curl_session::perform(const curl_request& x, const stop_token& stop) {
  header_list headers;
  headers.add("Expect:"); // curl would wait a second for a 100-continue before a large body
  if (x.body.empty())
    headers.add("Content-Type:"); // curl would call an empty body a form
  for (const auto& [name, value] : x.headers) {
    if (!is_header_safe(value))
      return failure{ec::bad_request,
                     "a value for the header " + name + " contains control characters"};
    headers.add(value.empty() ? name + ";" : name + ": " + value);
  }
  received into;
  into.bytes_max = x.reply_bytes_max;
  handles_->prepare(x, headers, into);
  const auto code = handles_->transfer(stop);
  if (stop.stopped() && code != CURLE_OK)
    return failure{ec::cancelled, "stopped while waiting for an answer"};
  if (code != CURLE_OK)
    return failure_of(code, into);
  long status = 0;
  curl_easy_getinfo(handles_->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_answer answer{static_cast<unsigned>(status), std::move(into.body), std::move(into.headers), std::nullopt};
  const auto named = answer.header("date");
  if (const auto date = curl_getdate(named.c_str(), nullptr); !named.empty() && date >= 0)
    answer.date_s = date;
  return answer;
}

} // namespace claw
