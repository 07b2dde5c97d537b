#include "storage/event_chain.hpp"

#include "actors/domain/error.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace claw {

namespace {

/// Kept for the next event: to find the algorithm takes longer than to hash.
class sha256 {
public:
  sha256() : context_(EVP_MD_CTX_new()) {
    CLAW_ASSERT(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void begin() { CLAW_ASSERT(EVP_DigestInit_ex(context_.get(), nullptr, nullptr) == 1); }
  void add(std::string_view bytes) { CLAW_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }

  chain_hash end() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> all{};
    CLAW_ASSERT(EVP_DigestFinal_ex(context_.get(), all.data(), nullptr) == 1);
    chain_hash cut{};
    std::copy_n(all.begin(), cut.size(), cut.begin());
    return cut;
  }

private:
  struct closer {
    void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
  };
  std::unique_ptr<EVP_MD_CTX, closer> context_;
};

} // namespace

chain_hash chain_link(const chain_hash& before, std::string_view key, std::string_view fields) {
  thread_local sha256 hash;
  hash.begin();
  hash.add({before.data(), before.size()});
  hash.add(key); // of a fixed size, so that no byte can move from one part to the next
  hash.add(fields);
  return hash.end();
}

} // namespace claw
