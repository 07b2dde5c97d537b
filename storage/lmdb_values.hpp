#pragma once
// Keys and values as LMDB takes them: borrowed bytes, valid as long as what they were made of.

#include <lmdb.h>

#include <string_view>

namespace claw {

inline MDB_val to_val(std::string_view x) {
  return {x.size(), const_cast<char*>(x.data())}; // LMDB does not write through what it is given
}

inline std::string_view to_view(const MDB_val& x) {
  return {static_cast<const char*>(x.mv_data), x.mv_size};
}

} // namespace claw
