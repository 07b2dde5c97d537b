#pragma once
// Credentials of many kinds, made from a seed: what a scanner must find, without one real-looking secret in this tree.
// And lines of everyday work, in which it must find nothing.

#include <array>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace claw::test {

/// Random texts; the same seed gives the same ones, with every standard library.
class sampler {
public:
  explicit sampler(uint32_t seed) : bits_(seed) {}

  std::size_t below(std::size_t count) { return bits_() % count; }

  std::string of(std::string_view alphabet, std::size_t count) {
    std::string text;
    while (text.size() < count)
      text += alphabet[below(alphabet.size())];
    return text;
  }
  std::string hex(std::size_t count) { return of("0123456789abcdef", count); }
  std::string digits(std::size_t count) { return of("0123456789", count); }
  std::string upper(std::size_t count) { return of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count); }
  std::string lower(std::size_t count) { return of("abcdefghijklmnopqrstuvwxyz0123456789", count); }
  std::string alnum(std::size_t count) {
    return of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", count);
  }
  std::string word(std::size_t count) {
    return of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", count);
  }
  std::string base64(std::size_t count) {
    return of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", count);
  }
  std::string uuid() { return hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12); }

  template <std::size_t Count>
  std::string one_of(const std::array<std::string_view, Count>& words) {
    return std::string(words[below(Count)]);
  }

private:
  std::mt19937 bits_;
};

/// A text with a credential in it.
struct credential_sample {
  std::string before; ///< shown
  std::string secret; ///< never shown, no 8 bytes of it
  std::string after;  ///< shown
};

struct credential_class {
  std::string name;
  std::function<credential_sample(sampler&)> make;
};

/// A token that is known by itself, in surroundings as they come.
inline std::function<credential_sample(sampler&)> alone(std::function<std::string(sampler&)> token) {
  return [token = std::move(token)](sampler& random) {
    static constexpr std::array<std::pair<const char*, const char*>, 8> places{{{"", ""},
                                                                                {"see ", " there"},
                                                                                {"\"", "\","},
                                                                                {"x = '", "'"},
                                                                                {"first line\n", "\nlast line"},
                                                                                {"(", ")"},
                                                                                {"- `", "`"},
                                                                                {"https://host/p?x=", "&y=1"}}};
    const auto& place = places[random.below(places.size())];
    return credential_sample{place.first, token(random), place.second};
  };
}

inline std::function<credential_sample(sampler&)> named(std::string before, std::function<std::string(sampler&)> value,
                                                        std::string after = "") {
  return [=](sampler& random) { return credential_sample{before, value(random), after}; };
}

inline std::string pem_block(sampler& random, const std::string& kind) {
  std::string text = "-----BEGIN " + kind + "-----\n";
  for (std::size_t i = 6 + random.below(20); i > 0; --i)
    text += random.base64(64) + "\n";
  return text + random.base64(20) + "==\n-----END " + kind + "-----";
}

inline std::string web_token(sampler& random) {
  return "eyJ" + random.word(30 + random.below(20)) + ".eyJ" + random.word(40 + random.below(60)) + "."
         + random.word(43);
}

/// Sure to have a digit and a letter, as what people call a strong password.
inline std::string strong(sampler& random) {
  return "a" + random.alnum(8 + random.below(16)) + "7";
}

inline const std::vector<credential_class> credential_classes{
    {"AWS access key", alone([](sampler& r) { return (r.below(2) ? "AKIA" : "ASIA") + r.upper(16); })},
    {"AWS secret key", named("aws_secret_access_key = ", [](sampler& r) { return "a1" + r.base64(38); })},
    {"Google API key", alone([](sampler& r) { return "AIza" + r.word(35); })},
    {"Google OAuth token", alone([](sampler& r) { return "ya29." + r.word(60); })},
    {"Google client secret", alone([](sampler& r) { return "GOCSPX-" + r.word(28); })},
    {"Azure storage key", named(
                              "DefaultEndpointsProtocol=https;AccountKey=",
                              [](sampler& r) { return "a1" + r.base64(84) + "=="; }, ";EndpointSuffix=x")},
    {"Azure shared access signature",
     named(
         "https://x.blob.core/y?sv=2022&sig=", [](sampler& r) { return "a1" + r.alnum(40) + "%3D"; }, "&se=2030")},
    {"Alibaba key", alone([](sampler& r) { return "LTAI" + r.alnum(20); })},
    {"DigitalOcean token", alone([](sampler& r) { return "dop_v1_" + r.hex(64); })},
    {"GitHub token", alone([](sampler& r) { return "gh" + r.of("pousr", 1) + "_" + r.alnum(36); })},
    {"GitHub fine-grained token", alone([](sampler& r) { return "github_pat_" + r.alnum(22) + "_" + r.alnum(59); })},
    {"GitLab token", alone([](sampler& r) { return "glpat-" + r.word(20); })},
    {"GitLab deploy token", alone([](sampler& r) { return "gldt-" + r.word(20); })},
    {"Bitbucket password", alone([](sampler& r) { return "ATBB" + r.alnum(32); })},
    {"Slack token",
     alone([](sampler& r) { return "xox" + r.of("abprs", 1) + "-" + r.digits(12) + "-" + r.alnum(24); })},
    {"Slack app token",
     alone([](sampler& r) { return "xapp-1-" + r.upper(11) + "-" + r.digits(13) + "-" + r.hex(64); })},
    {"Slack webhook",
     named(
         "https://hooks.slack.com/services/",
         [](sampler& r) { return "T" + r.upper(10) + "/B" + r.upper(10) + "/" + r.alnum(24); }, " ok")},
    {"Discord bot token", alone([](sampler& r) { return "M" + r.alnum(23) + "." + r.word(6) + "." + r.word(38); })},
    {"Discord webhook",
     named("https://discord.com/api/webhooks/112233445566778899/", [](sampler& r) { return r.word(68); })},
    {"Telegram bot token", named("bot 123456789:", [](sampler& r) { return "AA" + r.word(30) + "x7Q"; })},
    {"OpenAI key", alone([](sampler& r) { return "sk-" + r.alnum(48); })},
    {"OpenAI project key", alone([](sampler& r) { return "sk-proj-" + r.word(60) + "1a"; })},
    {"Anthropic key", alone([](sampler& r) { return "sk-ant-api03-" + r.word(90) + "AA"; })},
    {"Hugging Face token", alone([](sampler& r) { return "hf_" + r.alnum(34); })},
    {"Groq key", alone([](sampler& r) { return "gsk_" + r.alnum(52); })},
    {"Replicate token", alone([](sampler& r) { return "r8_" + r.alnum(37); })},
    {"Perplexity key", alone([](sampler& r) { return "pplx-" + r.alnum(48); })},
    {"xAI key", alone([](sampler& r) { return "xai-" + r.alnum(80); })},
    {"NVIDIA key", alone([](sampler& r) { return "nvapi-" + r.word(64); })},
    {"npm token", alone([](sampler& r) { return "npm_" + r.alnum(36); })},
    {"PyPI token", alone([](sampler& r) { return "pypi-AgEIcHlwaS5vcmc" + r.word(70); })},
    {"RubyGems key", alone([](sampler& r) { return "rubygems_" + r.hex(48); })},
    {"crates.io token", alone([](sampler& r) { return "cio" + r.alnum(32); })},
    {"NuGet key", alone([](sampler& r) { return "oy2" + r.lower(43); })},
    {"Docker Hub token", alone([](sampler& r) { return "dckr_pat_" + r.word(27); })},
    {"Stripe key", alone([](sampler& r) { return (r.below(2) ? "sk_live_" : "rk_live_") + r.alnum(24); })},
    {"Stripe webhook secret", alone([](sampler& r) { return "whsec_" + r.alnum(32); })},
    {"Square token", alone([](sampler& r) { return "sq0atp-" + r.word(22); })},
    {"Shopify token", alone([](sampler& r) { return "shpat_" + r.hex(32); })},
    {"Twilio key", alone([](sampler& r) { return "SK" + r.hex(32); })},
    {"SendGrid key", alone([](sampler& r) { return "SG." + r.word(22) + "." + r.word(43); })},
    {"Mailgun key", alone([](sampler& r) { return "key-" + r.hex(32); })},
    {"Databricks token", alone([](sampler& r) { return "dapi" + r.hex(32); })},
    {"Doppler token", alone([](sampler& r) { return "dp.pt." + r.alnum(43); })},
    {"Vault token", alone([](sampler& r) { return "hvs." + r.word(95); })},
    {"Pulumi token", alone([](sampler& r) { return "pul-" + r.hex(40); })},
    {"PlanetScale password", alone([](sampler& r) { return "pscale_pw_" + r.word(43); })},
    {"Grafana service token", alone([](sampler& r) { return "glsa_" + r.alnum(32) + "_" + r.hex(8); })},
    {"New Relic key", alone([](sampler& r) { return "NRAK-" + r.upper(27); })},
    {"Sentry token", alone([](sampler& r) { return "sntryu_" + r.hex(64); })},
    {"Postman key", alone([](sampler& r) { return "PMAK-" + r.hex(24) + "-" + r.hex(34); })},
    {"Linear key", alone([](sampler& r) { return "lin_api_" + r.alnum(40); })},
    {"Figma token", alone([](sampler& r) { return "figd_" + r.word(40); })},
    {"Atlassian token", alone([](sampler& r) { return "ATATT3" + r.word(186); })},
    {"Tailscale key", alone([](sampler& r) { return "tskey-auth-" + r.alnum(17) + "-" + r.alnum(32); })},
    {"age key", alone([](sampler& r) { return "AGE-SECRET-KEY-1" + r.upper(58); })},
    {"JSON web token", alone(web_token)},
    {"PEM private key", alone([](sampler& r) {
       static constexpr std::array<std::string_view, 6> kinds{"PRIVATE KEY",         "RSA PRIVATE KEY",
                                                              "EC PRIVATE KEY",      "DSA PRIVATE KEY",
                                                              "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"};
       return pem_block(r, r.one_of(kinds));
     })},
    {"PGP private key", alone([](sampler& r) { return pem_block(r, "PGP PRIVATE KEY BLOCK"); })},
    {"WireGuard key", named("PrivateKey = ", [](sampler& r) { return "a1" + r.base64(41) + "="; })},
    {"password in a URL", named("postgres://app:", strong, "@db.example.org:5432/x")},
    {"token in a URL", named("https://example.org/p?a=1&access_token=", strong, "&b=2")},
    {"bearer header", named("Authorization: ", [](sampler& r) { return "Bearer " + r.word(40); })},
    {"basic header", named("authorization: ", [](sampler& r) { return "Basic " + r.base64(32); })},
    {"own header", named("X-Api-Key: ", strong)},
    {"curl user", named("curl -u admin:", strong, " https://example.org")},
    {"password in an env line", named(
                                    "DB_PASSWORD=", [](sampler& r) { return r.lower(10); }, "\nnext")},
    {"pass in an env line", named("export SMTP_PASS=", [](sampler& r) { return r.lower(12); })},
    {"secret in JSON", named("{\"client_secret\": \"", strong, "\"}")},
    {"secret in YAML", named("  db_password: ", strong, "\n")},
    {"secret in a property file", named("spring.datasource.password=", strong)},
    {"API key of nobody in particular", named("apiKey: '", strong, "',")},
    {"signing key", named("SIGNING_KEY=", [](sampler& r) { return "a1" + r.hex(62); })},
    {"any key with entropy", named(
                                 "\"partner_key\": \"", [](sampler& r) { return "aB3" + r.alnum(37); }, "\"")},
    {"registry auth", named(
                          "{\"auths\":{\"x\":{\"auth\":\"", [](sampler& r) { return "a1" + r.alnum(30); }, "\"}}}")},
};

} // namespace claw::test
