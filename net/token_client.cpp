#include "net/broker_call.hpp"

namespace claw {

namespace {

class token_client final : public token_api {
public:
  token_client(http_url where, std::string token)
      : call_(std::move(where), "X-Bot-Token", std::move(token)) {}

  outcome<made> create(const remote_token& wanted) override {
    nlohmann::json body = {{"role", wanted.role}, {"name", wanted.name}};
    if (!wanted.worker_id.empty())
      body["worker_id"] = wanted.worker_id;
    if (wanted.caps)
      body["caps"] = *wanted.caps;
    if (wanted.expires_s)
      body["expires_at"] = *wanted.expires_s;
    const auto answer = object_of(call_.post("/tokens", json_text(body)), "POST /tokens");
    if (!answer)
      return answer.error();
    auto about = read_token(*answer);
    if (!about)
      return about.error();
    auto text = string_member(*answer, "token");
    if (text.empty())
      return failure{ec::bad_reply, "the broker did not say the token"};
    return made{*std::move(about), std::move(text)};
  }

  outcome<std::vector<remote_token>> list() override {
    const auto body = object_of(call_.get("/tokens"), "GET /tokens");
    if (!body)
      return body.error();
    const auto list = read_array(*body, "tokens");
    if (!list)
      return list.error();
    std::vector<remote_token> all;
    for (const auto& x : *list) {
      auto token = read_token(x);
      if (!token)
        return token.error();
      all.push_back(*std::move(token));
    }
    return all;
  }

  outcome<remote_token> revoke(const std::string& kid) override {
    const auto body
        = object_of(call_.erase("/tokens/" + percent_encoded(kid)), "DELETE /tokens/{kid}");
    return body ? read_token(*body) : body.error();
  }

private:
  broker_call call_;
};

} // namespace

outcome<std::unique_ptr<token_api>> make_token_client(const broker_address& where) {
  auto url = checked_address(where, "ADMIN_TOKEN");
  if (!url)
    return url.error();
  return std::unique_ptr<token_api>{new token_client{std::move(*url), where.token}};
}

} // namespace claw
