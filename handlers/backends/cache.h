#pragma once

#include "../base/deadline.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Calls of memcached. They block, but never longer than the handler's deadline and the configured
/// `[cache] timeout`.
///
/// Each throws TimeoutError (504) once the caller's time is over, BackendError (502) if there is no
/// answer for another reason, std::invalid_argument for a key that is none: it must have 1 to 250
/// bytes, none of them a space or a control character. What is not in the cache is no error.
namespace curfew::cache {

/// The value, or nothing.
[[nodiscard]] std::optional<std::string> get(std::string_view key);

/// `lifetime`: rounded up to seconds; zero: until memcached needs the room.
void set(std::string_view key, std::string_view value, Duration lifetime = Duration::zero());

/// As set(), but false, and nothing changes, if the key is there already.
bool add(std::string_view key, std::string_view value, Duration lifetime = Duration::zero());

/// False if the key is not there.
bool del(std::string_view key);

/// Adds to a value that is a decimal number, as one step. The sum, or nothing if the key is not
/// there.
std::optional<std::uint64_t> increment(std::string_view key, std::uint64_t by = 1);

}  // namespace curfew::cache
