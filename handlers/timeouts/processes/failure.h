#pragma once

#include "../payload.h"

#include <exception>

namespace curfew {

/// An exception as it goes to another process: its kind, its text, its number. HttpError and its
/// kin, db::Error, std::invalid_argument and std::logic_error stay what they are; any other becomes
/// a std::runtime_error.
[[nodiscard]] Payload pack_failure(const std::exception_ptr& failure);
[[noreturn]] void rethrow_failure(Payload parcel);

}  // namespace curfew
