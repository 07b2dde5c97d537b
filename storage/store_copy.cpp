#include "storage/store_copy.hpp"

#include "storage/store_part.hpp"

#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

/// Makes `part` a whole store, checked.
outcome<check_counts> fill_part(const fs::path& from, const fs::path& part, const check_listener& listener) {
  const auto image = store_image::open(from);
  if (!image)
    return image.error();
  if (const auto copied = image->copy_to(part); !copied)
    return copied.error();
  if (const auto recovered = recover_part(part); !recovered)
    return recovered.error();
  const auto copy = store_image::open(part);
  if (!copy)
    return copy.error();
  auto counts = check_store(*copy, listener);
  if (counts && counts->problems > 0)
    return failure{ec::store_broken, "the store has faults, which a copy of it would have too: nothing was made"};
  return counts;
}

outcome<copied_store> without(const fs::path& part, failure why) {
  std::error_code error;
  fs::remove_all(part, error);
  return why;
}

} // namespace

outcome<copied_store> back_up(const fs::path& from, const fs::path& given, const check_listener& listener) {
  const auto to = whole_path(given);
  if (!to)
    return to.error();
  std::error_code error;
  if (fs::exists(fs::symlink_status(*to, error)))
    return failure{ec::bad_config, to->string() + " is there already; a backup needs a new name"};
  const auto part = begin_part(*to);
  if (!part)
    return part.error();
  const auto counts = fill_part(from, *part, listener);
  if (!counts)
    return without(*part, counts.error());
  const auto named = name_part(*part, *to, false);
  return named ? outcome<copied_store>{copied_store{*counts, {}}} : named.error();
}

outcome<copied_store> restore(const fs::path& backup, const fs::path& given, bool replace,
                              const check_listener& listener) {
  const auto to = whole_path(given);
  if (!to)
    return to.error();
  const bool is_free = is_free_place(*to);
  if (!is_free && !replace)
    return failure{ec::bad_config, to->string() + " is not empty; with --replace what is there is kept beside it"};
  const auto old = lock_present(*to);
  if (!old)
    return old.error();
  const auto part = begin_part(*to);
  if (!part)
    return part.error();
  const auto counts = fill_part(backup, *part, listener);
  if (!counts)
    return without(*part, counts.error());
  if (const auto given_away = give_to_owner(*part, *to); !given_away)
    return without(*part, given_away.error());
  if (is_free) {
    const auto named = name_part(*part, *to, true);
    return named ? outcome<copied_store>{copied_store{*counts, {}}} : named.error();
  }
  const auto replaced = exchange_part(*part, *to);
  return replaced ? outcome<copied_store>{copied_store{*counts, *replaced}} : replaced.error();
}

} // namespace claw
