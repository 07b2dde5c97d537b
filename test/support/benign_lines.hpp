#pragma once
// Lines as they stand in logs, code, diffs and lock files: long random-looking words, none of which is a secret.

#include "test/support/credential_samples.hpp"

#include <string>
#include <vector>

namespace claw::test {

inline std::string some_name(sampler& random) {
  static constexpr std::array<std::string_view, 24> words{"lease", "worker",   "token", "key",    "queue",  "secret",
                                                          "claim", "password", "event", "store",  "cache",  "session",
                                                          "auth",  "index",    "count", "access", "policy", "model",
                                                          "batch", "request",  "path",  "state",  "clock",  "retry"};
  auto name = random.one_of(words);
  for (auto more = random.below(3); more > 0; --more)
    name += "_" + random.one_of(words);
  return name;
}

/// One maker a kind of line.
inline const std::vector<std::function<std::string(sampler&)>> benign_lines{
    [](sampler& r) { return "commit " + r.hex(40); },
    [](sampler& r) { return r.hex(7) + " Merge branch '" + some_name(r) + "' into main"; },
    [](sampler& r) { return "index " + r.hex(11) + ".." + r.hex(11) + " 100644"; },
    [](sampler& r) { return r.hex(64) + "  dist/" + some_name(r) + ".tar.gz"; },
    [](sampler& r) { return "image: registry.example.org/app@sha256:" + r.hex(64); },
    [](sampler& r) { return "      \"integrity\": \"sha512-" + r.base64(86) + "==\","; },
    [](sampler& r) { return "job " + r.uuid() + " is done"; },
    [](sampler& r) {
      return "event=job_claimed job_id=" + r.uuid() + " worker_id=box-" + r.digits(2) + " lease_id=" + r.uuid();
    },
    [](sampler& r) {
      return "2026-01-02T03:04:" + r.digits(2) + "Z INFO request_id=" + r.hex(32) + " took " + r.digits(3) + " ms";
    },
    [](sampler& r) {
      return "{\"id\":\"" + r.uuid() + "\",\"etag\":\"" + r.hex(32) + "\",\"size\":" + r.digits(6) + "}";
    },
    [](sampler& r) { return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA" + r.base64(44) + " me@host"; },
    [](sampler& r) { return "  " + r.base64(64); },
    [](sampler& r) { return "auto " + some_name(r) + " = next_" + some_name(r) + "(" + some_name(r) + ");"; },
    [](sampler& r) {
      return "  const std::string " + some_name(r) + " = read(" + some_name(r) + ", " + r.digits(3) + ");";
    },
    [](sampler& r) { return "  if (" + some_name(r) + " == " + some_name(r) + " && !" + some_name(r) + ".empty())"; },
    [](sampler& r) { return "  foo(token=token, password=args." + some_name(r) + ", key=self.key)"; },
    [](sampler& r) { return "def " + some_name(r) + "(self, token: str = None, key: bytes = b''):"; },
    [](sampler& r) { return "    " + some_name(r) + ": " + r.digits(4) + " # the default"; },
    [](sampler& r) { return "MAX_" + some_name(r) + "_TOKENS=" + r.digits(4); },
    [](sampler& r) { return "primary_key: " + r.digits(6) + ", foreign_key: " + some_name(r) + "_id"; },
    [](sampler& r) { return "cache_key=" + r.hex(32) + " hit"; },
    [](sampler& r) { return "idempotency_key: " + r.uuid(); },
    [](sampler& r) {
      return "https://example.org/" + some_name(r) + "/" + r.uuid() + "?page=" + r.digits(2) + "&sort=key";
    },
    [](sampler& r) { return "git@github.com:owner/" + some_name(r) + ".git (fetch)"; },
    [](sampler& r) { return "#include \"actors/domain/" + some_name(r) + ".hpp\""; },
    [](sampler& r) {
      return "src/" + some_name(r) + ".cpp:" + r.digits(3) + ":  // the " + some_name(r) + " of a " + some_name(r);
    },
    [](sampler& r) { return "src/a.py:" + r.digits(3) + ":        token=" + some_name(r) + ","; },
    [](sampler& r) { return "-  foo(token=token, password=args." + some_name(r) + ")"; },
    [](sampler& r) { return "@@ -1,2 +1,3 @@ def " + some_name(r) + "(self, password: str = None):"; },
    [](sampler& r) {
      return r.hex(11) + " (Ann Other 2026-01-02 " + r.digits(2) + ")     token = " + some_name(r) + "(token)";
    },
    [](sampler& r) { return "| `" + some_name(r) + "` | text |  | What the " + some_name(r) + " is for. |"; },
    [](sampler& r) {
      return "00000" + r.digits(3) + "  " + r.hex(4) + " " + r.hex(4) + " " + r.hex(4) + " " + r.hex(4) + "  |....|";
    },
    [](sampler& r) { return "fe80::" + r.hex(4) + ":" + r.hex(4) + ":" + r.hex(4) + ":" + r.hex(4) + "/64 dev eth0"; },
    [](sampler& r) {
      return "version " + r.digits(1) + "." + r.digits(2) + "." + r.digits(1) + "-rc." + r.digits(1) + "+" + r.hex(8);
    },
    [](sampler& r) { return "-----BEGIN CERTIFICATE-----  MIID" + r.base64(56); },
    [](sampler& r) {
      return "docker run -u 1000:1000 -v /" + some_name(r) + ":/data " + some_name(r) + ":" + r.digits(2);
    },
    [](sampler& r) {
      return "the token is checked in constant time, its key is " + some_name(r) + "; see #" + r.digits(4);
    },
    [](sampler& r) { return "BOT_TOKEN=${" + some_name(r) + "}"; },
    [](sampler& r) {
      return "  \"" + some_name(r) + "\": [" + r.digits(2) + ", " + r.digits(2) + ", " + r.digits(2) + "],";
    },
    [](sampler& r) { return "Authorization is checked before " + some_name(r) + " is read"; },
    [](sampler& r) { return "0x" + r.hex(16) + " in claw::" + some_name(r) + "::" + some_name(r) + "(int) const ()"; },
    [](sampler& r) {
      return "[ " + r.digits(2) + "%] Building CXX object CMakeFiles/" + some_name(r) + ".dir/" + some_name(r)
             + ".cpp.o";
    },
    [](sampler& r) { return "sha1-" + r.base64(27) + "= " + some_name(r) + "@" + r.digits(1) + "." + r.digits(2); },
    [](sampler& r) { return "  printf(\"\\n" + some_name(r) + "=%s\\t%d\\n\", " + some_name(r) + ");"; },
    [](sampler& r) { return "C:\\new\\" + some_name(r) + "\\table\\" + some_name(r) + ".txt"; },
    [](sampler& r) {
      return "/search?q=%22" + some_name(r) + "%22&next=%2F" + some_name(r) + "%3Fpage%3D" + r.digits(2);
    },
    [](sampler& r) { return "const regex = /\\b(token|" + some_name(r) + ")\\s*=\\s*\\w+/;"; },
    [](sampler& r) { return "\x1b[31m" + some_name(r) + "\x1b[0m: " + r.hex(40); },
    [](sampler& r) {
      return "{\"text\": \"" + some_name(r) + "\\n" + some_name(r) + "\\u2014 " + r.digits(4) + "\"}";
    },
    [](sampler& r) { return "task-" + r.digits(26) + " risk-" + r.digits(20) + " disk-" + r.hex(20); },
};

} // namespace claw::test
