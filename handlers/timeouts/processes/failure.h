#pragma once

#include "../payload.h"

#include <exception>

namespace curfew {

/// An exception for another process: its type, its text, its number. HttpError and its subclasses,
/// db::Error, std::invalid_argument and std::logic_error keep their types; any other exception
/// becomes a std::runtime_error.
[[nodiscard]] Payload pack_failure(const std::exception_ptr& failure);
[[noreturn]] void rethrow_failure(Payload payload);

}  // namespace curfew
