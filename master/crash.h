#pragma once

#include "worker/crash_note.h"
#include "worker/stack_dump.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace curfew::master {

/// What is to be said behind "crashed: SIGSEGV (Segmentation fault)"; empty: nothing.
[[nodiscard]] std::string explain(const worker::CrashNote& note);

/// The calls that led to the crash, as folded() has them; empty: they are not known. Takes some
/// milliseconds.
[[nodiscard]] std::vector<std::string> stack_of_crash(const worker::CrashNote& note,
                                                      const worker::StackDump& dump);

/// For the death certificate.
[[nodiscard]] nlohmann::ordered_json crash_in_words(const worker::CrashNote& note,
                                                    std::vector<std::string> stack);

}  // namespace curfew::master
