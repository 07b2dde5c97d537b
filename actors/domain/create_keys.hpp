#pragma once
// The idempotency keys of the jobs created lately: a create that is sent again must not become a second job.
// @source docs/HTTP_API.md, "Create a job"

#include "actors/domain/job_id.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace claw {

class create_keys {
public:
  struct entry {
    job_id id;
    std::string body_digest; ///< of the request that used the key first
    int64_t created_s = 0;
  };

  /// What the key stands for; nothing when it is new or older than `limits::create_key_life`.
  std::optional<entry> find(const std::string& key, int64_t now_s) const;

  /// @pre the key is not in use. Forgets what is too old.
  void add(const std::string& key, entry x);

  /// The job of the key did not come to be.
  void forget(const std::string& key);

  std::size_t size() const noexcept { return entries_.size(); }

private:
  std::unordered_map<std::string, entry> entries_;
  std::multimap<int64_t, std::string> by_age_; ///< a key that was forgotten may still stand here
};

} // namespace claw
