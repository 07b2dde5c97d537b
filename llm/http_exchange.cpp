#include "llm/http_exchange.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/base_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace claw {

namespace {

using std::chrono::steady_clock;

struct easy_deleter {
  void operator()(CURL* x) const { curl_easy_cleanup(x); }
};
struct multi_deleter {
  void operator()(CURLM* x) const { curl_multi_cleanup(x); }
};
struct list_deleter {
  void operator()(curl_slist* x) const { curl_slist_free_all(x); }
};

/// curl_global_init is not thread-safe in every build; a static is.
bool curl_is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

class one_exchange {
public:
  one_exchange(const http_question& question, http_watch& watch)
      : question_(question), watch_(watch), multi_(curl_multi_init()), easy_(curl_easy_init()) {}

  ~one_exchange() {
    if (added_)
      curl_multi_remove_handle(multi_.get(), easy_.get());
  }

  http_answer run(const stop_token& stop) {
    if (!multi_ || !easy_)
      return ended(http_ending::broken, "libcurl could not start");
    prepare();
    added_ = curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK;
    while (true) {
      if (stop.stopped())
        return ended(http_ending::stopped, "stopped");
      int running = 0;
      if (!added_ || curl_multi_perform(multi_.get(), &running) != CURLM_OK)
        return ended(http_ending::broken, "libcurl could not go on");
      if (watch_.has_enough())
        return ended(http_ending::complete, "");
      if (running == 0)
        return transport_ending();
      if (auto why = watch_.overdue(steady_clock::now()))
        return ended(http_ending::overdue, std::move(*why));
      wait(stop);
    }
  }

private:
  static constexpr std::size_t head_bytes_max = 65'536;

  void prepare() {
    CURL* const h = easy_.get();
    curl_easy_setopt(h, CURLOPT_URL, question_.url.c_str());
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    // The string form (CURLOPT_PROTOCOLS_STR) is younger than the oldest libcurl that is supported.
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(h, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    if (is_loopback(question_.url))
      curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(question_.connect.count()));
    curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, &on_bytes);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, this);
    add_header("Expect:"); // a server that does not answer 100-continue would cost a second
    if (!question_.bearer.empty())
      add_header("Authorization: Bearer " + question_.bearer);
    if (question_.json_body) {
      add_header("Content-Type: application/json");
      curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(question_.json_body->size()));
      curl_easy_setopt(h, CURLOPT_POSTFIELDS, question_.json_body->data());
    }
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers_.get());
  }

  void add_header(const std::string& line) {
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  }

  void wait(const stop_token& stop) {
    constexpr std::chrono::milliseconds longest{1'000};
    const auto left
        = std::chrono::ceil<std::chrono::milliseconds>(watch_.next_check() - steady_clock::now());
    const auto limit
        = std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds{0}, longest);
    curl_waitfd fd{stop.fd(), CURL_WAIT_POLLIN, 0};
    curl_multi_poll(multi_.get(), &fd, stop.fd() >= 0 ? 1 : 0, static_cast<int>(limit.count()),
                    nullptr);
  }

  http_answer ended(http_ending how, std::string why) {
    return {how, head_, std::move(why)};
  }

  http_answer transport_ending() {
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left);
    const CURLcode code = message != nullptr ? message->data.result : CURLE_RECV_ERROR;
    if (too_large_)
      return ended(http_ending::too_large, "the answer is larger than the limit");
    if (code == CURLE_OK)
      return ended(http_ending::complete, "");
    const bool never_connected = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST
                                 || code == CURLE_OPERATION_TIMEDOUT;
    return ended(never_connected ? http_ending::refused : http_ending::broken,
                 curl_easy_strerror(code));
  }

  static std::size_t on_bytes(char* bytes, std::size_t, std::size_t n, void* self) {
    auto& x = *static_cast<one_exchange*>(self);
    x.received_ += n;
    if (x.received_ > x.question_.response_bytes_max) {
      x.too_large_ = true;
      return 0;
    }
    x.watch_.on_body(x.head_, {bytes, n});
    return n;
  }

  static std::size_t on_header(char* bytes, std::size_t, std::size_t n, void* self) {
    auto& x = *static_cast<one_exchange*>(self);
    x.head_bytes_ += n;
    if (x.head_bytes_ > head_bytes_max) {
      x.too_large_ = true;
      return 0;
    }
    x.read_header({bytes, n});
    return n;
  }

  void read_header(std::string_view line) {
    if (line.substr(0, 5) == "HTTP/") { // also after a 100 Continue: the last head counts
      head_ = {};
      const auto space = line.find(' ');
      for (std::size_t i = space + 1;
           space != std::string_view::npos && i < line.size() && i < space + 4; ++i)
        if (is_digit(line[i]))
          head_.status = head_.status * 10 + (line[i] - '0');
      return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
      return;
    const auto name = in_lower_case(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "content-type")
      head_.content_type = value;
    else if (name == "retry-after")
      head_.retry_after = value;
  }

  const http_question& question_;
  http_watch& watch_;
  std::unique_ptr<curl_slist, list_deleter> headers_;
  std::unique_ptr<CURLM, multi_deleter> multi_;
  std::unique_ptr<CURL, easy_deleter> easy_;
  http_head head_;
  std::size_t received_ = 0;
  std::size_t head_bytes_ = 0;
  bool too_large_ = false;
  bool added_ = false;
};

} // namespace

http_answer exchange(const http_question& question, const stop_token& stop, http_watch& watch) {
  if (!curl_is_ready())
    return {http_ending::broken, {}, "libcurl could not start"};
  return one_exchange{question, watch}.run(stop);
}

} // namespace claw
