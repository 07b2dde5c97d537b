#include "apps/cli/token_commands.hpp"

#include "actors/domain/redaction.hpp"
#include "apps/cli/cli_exit.hpp"
#include "net/progress_text.hpp"
#include "net/terminal_text.hpp"

#include <ostream>
#include <string_view>

namespace claw {

namespace {

int fail(const failure& why, std::ostream& err) {
  err << "openclaw: " << printable(redactor{}.whole(why.why), true) << std::endl;
  if (cli_exit::of(why.code) == cli_exit::bad_token)
    err << "ADMIN_TOKEN must be the broker's, or a token with the role admin; see openclaw --help.\n";
  return cli_exit::of(why.code);
}

std::string_view variable_for(std::string_view role) {
  return role == "worker" ? "WORKER_TOKEN" : role == "admin" ? "ADMIN_TOKEN" : "BOT_TOKEN";
}

int create(const cli_options& options, token_api& broker, int64_t now_s, std::ostream& out,
           std::ostream& err) {
  auto wanted = options.token.wanted;
  if (options.token.life)
    wanted.expires_s = now_s + options.token.life->count();
  const auto made = broker.create(wanted);
  if (!made)
    return fail(made.error(), err);
  if (options.json) {
    out << token_json(made->about, made->text) << std::endl;
    return cli_exit::answered;
  }
  out << printable(made->text, true) << std::endl;
  if (!options.quiet)
    err << "This is the only time that it is shown. " << printable(made->about.name, true)
        << " sends it as its " << variable_for(made->about.role) << "; its name in logs and for\n"
        << "openclaw token revoke is " << printable(made->about.kid, true) << ".\n";
  return cli_exit::answered;
}

int list(const cli_options& options, token_api& broker, int64_t now_s, std::ostream& out,
         std::ostream& err) {
  const auto tokens = broker.list();
  if (!tokens)
    return fail(tokens.error(), err);
  out << (options.json ? tokens_json(*tokens) + "\n" : tokens_table(*tokens, now_s)) << std::flush;
  return cli_exit::answered;
}

int revoke(const cli_options& options, token_api& broker, std::ostream& out, std::ostream& err) {
  const auto token = broker.revoke(options.token.wanted.kid);
  if (!token)
    return fail(token.error(), err);
  if (options.json)
    out << token_json(*token, "") << std::endl;
  else
    out << "revoked " << printable(token->kid, true) << ", a token of "
        << printable(token->name, true) << std::endl;
  return cli_exit::answered;
}

} // namespace

int run_token_command(const cli_options& options, token_api& broker, int64_t now_s,
                      std::ostream& out, std::ostream& err) {
  switch (options.token.verb) {
  case token_verb::create:
    return create(options, broker, now_s, out, err);
  case token_verb::list:
    return list(options, broker, now_s, out, err);
  case token_verb::revoke:
    return revoke(options, broker, out, err);
  }
  return cli_exit::usage;
}

} // namespace claw
