#pragma once

#include "row.h"

#include <curfew/app.h>

#include <string>
#include <string_view>

namespace waits {

/// What a trial has seen, as lines of "name value".
///
/// `kind`: what ends the wait.
///   early    the event, long before the limit
///   deadline the limit
///   outer    the limit of the outer one of two functions
///   inner    that of the inner one
///   token    a cancel token: the limit of strategy `timer`
[[nodiscard]] std::string try_wait(const Row& row, std::string_view kind, curfew::Duration limit,
                                   curfew::Duration event);

/// Another request was answered.
void answered_another() noexcept;

}  // namespace waits
