#include "llm/base_url.hpp"

#include "actors/domain/ascii.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace claw {

namespace {

struct url_deleter {
  void operator()(CURLU* x) const { curl_url_cleanup(x); }
};
using url_handle = std::unique_ptr<CURLU, url_deleter>;

url_handle parsed(const std::string& text) {
  url_handle handle{curl_url()};
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    return nullptr;
  return handle;
}

std::string part(CURLU* handle, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, what, &text, flags) != CURLUE_OK)
    return {};
  std::string copy{text};
  curl_free(text);
  return copy;
}

bool ends_in_version(std::string_view path) {
  const auto slash = path.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return last.size() >= 2 && last[0] == 'v' && std::all_of(last.begin() + 1, last.end(), is_digit);
}

void drop_suffix(std::string& s, std::string_view suffix) {
  if (s.size() >= suffix.size() && std::string_view{s}.substr(s.size() - suffix.size()) == suffix)
    s.resize(s.size() - suffix.size());
}

} // namespace

outcome<std::string> normalised_base_url(std::string_view text) {
  const std::string given{trimmed(text)};
  const failure wrong{ec::bad_config,
                      "LLM_BASE_URL must be an http or https URL such as http://127.0.0.1:8000/v1"};
  if (given.rfind("http://", 0) != 0 && given.rfind("https://", 0) != 0)
    return wrong;
  const url_handle handle = parsed(given);
  if (!handle || part(handle.get(), CURLUPART_HOST).empty())
    return wrong;
  curl_url_set(handle.get(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(handle.get(), CURLUPART_FRAGMENT, nullptr, 0);
  std::string path = part(handle.get(), CURLUPART_PATH);
  const auto drop_slashes = [&path] {
    while (!path.empty() && path.back() == '/')
      path.pop_back();
  };
  drop_slashes();
  drop_suffix(path, "/chat/completions");
  drop_suffix(path, "/models");
  drop_slashes();
  if (!ends_in_version(path))
    path += "/v1";
  curl_url_set(handle.get(), CURLUPART_PATH, path.c_str(), 0);
  return part(handle.get(), CURLUPART_URL);
}

std::string endpoint_name(const std::string& base_url) {
  const url_handle handle = parsed(base_url);
  if (!handle)
    return "the model endpoint";
  return part(handle.get(), CURLUPART_HOST) + ":"
         + part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

bool is_loopback(const std::string& base_url) {
  const url_handle handle = parsed(base_url);
  const std::string host = handle ? part(handle.get(), CURLUPART_HOST) : "";
  return host == "localhost" || host == "[::1]" || host == "::1" || host.rfind("127.", 0) == 0;
}

} // namespace claw
