#include "net/dashboard_files.hpp"
#include "test/support/asked_api.hpp"

#include <algorithm>

using namespace claw;

namespace {

std::string path_of(const embedded_file& x) {
  return x.name == "index.html" ? "/" : "/dashboard/" + std::string{x.name};
}

std::string etag_of(const http_reply& x) {
  const auto at = x.fields.find("ETag: ") + 6;
  return x.fields.substr(at, x.fields.find('\r', at) - at);
}

bool names(const std::string& fields, const std::string& line) {
  return fields.find(line + "\r\n") != std::string::npos;
}

} // namespace

TEST_CASE("the page and its files need no token and come as what they are", "[net][dashboard]") {
  asked_api door{broker_http_options{}}; // also of a broker without any token
  CHECK(dashboard_files().size() > 5);
  for (const auto& file : dashboard_files()) {
    INFO(file.name);
    const auto x = door.ask("GET", path_of(file));
    CHECK(x->status() == 200);
    CHECK(x->reply->body == file.text);
    const auto type = file.name.ends_with(".html")  ? "text/html; charset=utf-8"
                      : file.name.ends_with(".css") ? "text/css; charset=utf-8"
                                                    : "text/javascript; charset=utf-8";
    CHECK(x->reply->content_type == type);
    CHECK(x->reply->cache_control == "no-cache");
  }
}

TEST_CASE("every file tells the browser to load nothing else and to run nothing inline", "[net][dashboard]") {
  asked_api door;
  for (const auto& file : dashboard_files()) {
    INFO(file.name);
    const auto fields = door.ask("GET", path_of(file))->reply->fields;
    CHECK(names(fields, "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"));
    CHECK(names(fields, "X-Content-Type-Options: nosniff"));
    CHECK(names(fields, "X-Frame-Options: DENY"));
    CHECK(names(fields, "Referrer-Policy: no-referrer"));
    CHECK(names(fields, "Cross-Origin-Resource-Policy: same-origin"));
  }
}

TEST_CASE("no script, style or listener stands in the page, and no text becomes markup", "[net][dashboard]") {
  for (const auto& file : dashboard_files())
    for (const std::string_view mark :
         {" style=", "<style", " onclick=", " onload=", "javascript:", "innerHTML", "outerHTML", "insertAdjacentHTML",
          "document.write", "eval(", "new Function", "https://"}) {
      INFO(file.name << " holds " << mark);
      CHECK(file.text.find(mark) == std::string_view::npos);
    }
}

TEST_CASE("a file that the browser has already is not sent again", "[net][dashboard]") {
  asked_api door;
  std::vector<std::string> tags;
  for (const auto& file : dashboard_files()) {
    const auto first = door.ask("GET", path_of(file));
    const auto tag = etag_of(*first->reply);
    tags.push_back(tag);
    const auto status = [&](const std::string& known) {
      return door.ask("GET", path_of(file), {{"If-None-Match", known}})->status();
    };
    CHECK(tag.size() == 34); // in its quotes
    CHECK(status(tag) == 304);
    CHECK(status("\"other\", W/" + tag) == 304);
    CHECK(status("*") == 304);
    CHECK(status("\"other\"") == 200);
    CHECK(etag_of(*door.ask("GET", path_of(file), {{"If-None-Match", tag}})->reply) == tag);
  }
  std::sort(tags.begin(), tags.end());
  CHECK(std::unique(tags.begin(), tags.end()) == tags.end()); // each its own
}

TEST_CASE("HEAD tells of the page what GET does", "[net][dashboard]") {
  asked_api door;
  const auto get = door.ask("GET", "/");
  const auto head = door.ask("HEAD", "/");
  CHECK(head->status() == 200);
  CHECK(head->reply->fields == get->reply->fields);
  CHECK(head->reply->body.size() == get->reply->body.size()); // the server sends its length alone
}

TEST_CASE("a name that is no file of the page finds none", "[net][dashboard]") {
  asked_api door;
  for (const std::string name : {"nope.js", "..%2findex.html", "%2e%2e", "dashboard.js%00", "DASHBOARD.JS", "a/b"}) {
    INFO(name);
    const auto x = door.ask("GET", "/dashboard/" + name);
    CHECK(x->status() == 404);
    CHECK(x->detail() == "Not Found");
  }
}
