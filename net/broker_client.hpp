#pragma once
// The broker over HTTP, as runners (`worker_api`), producers (`producer_api`) and admins (`token_api`) use it; works
// with every broker of the base contract. Each client owns one connection and belongs to one actor or
// thread.

#include "actors/ports/broker_api.hpp"

#include <memory>
#include <string>

namespace claw {

struct broker_address {
  std::string url;   ///< http or https, no user name, no query
  std::string token; ///< of a worker, a producer or an admin; never in a log or an error
};

/// Errors: `bad_config`, with a sentence that begins with BROKER_URL or the token's name.
outcome<std::unique_ptr<worker_api>> make_worker_client(const broker_address& where);
outcome<std::unique_ptr<producer_api>> make_producer_client(const broker_address& where);
outcome<std::unique_ptr<token_api>> make_token_client(const broker_address& where);

} // namespace claw
