#pragma once

#include "worker/shared/crash_note.h"
#include "worker/shared/stack_dump.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace curfew::master {

/// What is to be said behind "crashed: SIGSEGV (Segmentation fault)"; empty: nothing.
[[nodiscard]] std::string explain(const worker::CrashNote& note);

/// Where a worker was when it crashed, and what was mapped into it. A copy: its place may be
/// another worker's before the names are read.
struct CrashTrace {
    std::string maps;
    std::vector<std::uintptr_t> addresses;  ///< the innermost first; empty: they are not known
};

[[nodiscard]] CrashTrace trace_of_crash(const worker::CrashNote& note,
                                        const worker::StackDump& dump);

/// The calls that led to the crash, as folded() has them; empty: their names cannot be read. Not
/// for the master: it opens the files that the worker had mapped, which takes as long as it takes.
[[nodiscard]] std::vector<std::string> stack_of_crash(const CrashTrace& trace);

/// For the exit report; without the stack.
[[nodiscard]] nlohmann::ordered_json crash_in_words(const worker::CrashNote& note);

}  // namespace curfew::master
