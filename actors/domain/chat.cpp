#include "actors/domain/chat.hpp"

namespace claw {

std::string_view to_string(chat_error x) {
  switch (x) {
  case chat_error::none:
    return "none";
  case chat_error::context_overflow:
    return "context_overflow";
  case chat_error::tools_unsupported:
    return "tools_unsupported";
  case chat_error::template_error:
    return "template_error";
  case chat_error::bad_request:
    return "bad_request";
  case chat_error::auth:
    return "auth";
  case chat_error::model_missing:
    return "model_missing";
  case chat_error::loading:
    return "loading";
  case chat_error::overloaded:
    return "overloaded";
  case chat_error::server_fault:
    return "server_fault";
  case chat_error::timed_out:
    return "timed_out";
  case chat_error::cancelled:
    return "cancelled";
  }
  return "none";
}

} // namespace claw
