#pragma once

#include "worker/shared/crash_note.h"
#include "worker/shared/stack_dump.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace curfew::master {

/// What the log says after "crashed: SIGSEGV (Segmentation fault)"; may be empty.
[[nodiscard]] std::string explain(const worker::CrashNote& note);

/// Where a worker was when it crashed, and what was mapped into it. A copy, because another worker
/// may have its slot before the names are read.
struct CrashTrace {
    std::string maps;
    std::vector<std::uintptr_t> addresses;  ///< the innermost first; empty: not known
};

[[nodiscard]] CrashTrace trace_of_crash(const worker::CrashNote& note,
                                        const worker::StackDump& dump);

/// The calls that led to the crash, as folded() formats them; empty: their names cannot be read.
/// Not to be called in the master: it opens the files that the worker had mapped, which may take
/// long.
[[nodiscard]] std::vector<std::string> stack_of_crash(const CrashTrace& trace);

/// The exit report's entry for the crash, without the stack.
[[nodiscard]] nlohmann::ordered_json crash_in_words(const worker::CrashNote& note);

}  // namespace curfew::master
