#pragma once
// A new store folder under its way: made beside its place as NAME.part, and named at the end, so that what bears the
// name is whole. A crash before that leaves the part, which the next try takes away.

#include "actors/domain/error.hpp"
#include "storage/store_folder.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace claw {

/// Absolute, and `x/` means x. Errors: `bad_config`.
outcome<std::filesystem::path> whole_path(const std::filesystem::path& given);

/// True where nothing is in the way: nothing is there, or an empty folder.
bool is_free_place(const std::filesystem::path& to);

/// Locks the store that is in the place, so that nobody opens it while it is exchanged; none where the place is free.
/// Errors: those of store_folder::open.
outcome<std::optional<store_folder>> lock_present(const std::filesystem::path& to);

/// Makes the empty folder that is to become `to`, for nobody but its owner. Errors: `io_failed`.
outcome<std::filesystem::path> begin_part(const std::filesystem::path& to);

/// Opens the store in the part, which takes what its journal holds to LMDB, and leaves nothing but data.mdb.
/// Errors: those of opening a store.
outcome<done> recover_part(const std::filesystem::path& part);

/// What root makes belongs to whom the place belongs to, or the broker could not open it. Errors: `io_failed`.
outcome<done> give_to_owner(const std::filesystem::path& made, const std::filesystem::path& place);

/// Gives the part its name, durably. @param onto_empty an empty folder may be in its place. Errors: `io_failed`.
outcome<done> name_part(const std::filesystem::path& part, const std::filesystem::path& to, bool onto_empty);

/// Puts the part in the place of a folder, which is kept beside it. Both have names at every instant.
/// @returns where it is now: `TO.replaced-N`. Errors: `io_failed`.
outcome<std::filesystem::path> exchange_part(const std::filesystem::path& part, const std::filesystem::path& to);

} // namespace claw
