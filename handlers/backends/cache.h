#pragma once

#include "../base/deadline.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Calls of memcached. A call blocks, but never longer than the handler's deadline and the
/// configured `[cache] timeout`. All functions are safe from any thread; on a fiber a call parks
/// the fiber only.
///
/// Each function throws TimeoutError (504) when the caller's time is up, BackendError (502) if
/// there is no answer for another reason, and std::invalid_argument for an invalid key: a key has 1
/// to 250 bytes, none of them a space or a control character. A key that is not in the cache is no
/// error.
namespace curfew::cache {

/// The value, or nothing.
[[nodiscard]] std::optional<std::string> get(std::string_view key);

/// `lifetime`: rounded up to seconds; zero: until memcached needs the room.
void set(std::string_view key, std::string_view value, Duration lifetime = Duration::zero());

/// As set(), but false, and nothing changes, if the key is there already.
bool add(std::string_view key, std::string_view value, Duration lifetime = Duration::zero());

/// False if the key is not there.
bool del(std::string_view key);

/// Adds to a value that is a decimal number, atomically. Returns the sum, or nothing if the key is
/// not there.
std::optional<std::uint64_t> increment(std::string_view key, std::uint64_t by = 1);

}  // namespace curfew::cache
