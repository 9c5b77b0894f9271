#include "master/workers/crash.h"

#include "master/stacks/folded_stack.h"
#include "master/stacks/modules.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <string_view>

namespace curfew::master {

namespace {

using worker::CrashNote;
using worker::Overflow;

bool is_written(const CrashNote& note) noexcept {
    return note.state.load() == CrashNote::State::written;
}

const char* name_of(Overflow overflow) noexcept {
    switch (overflow) {
        case Overflow::none:
            return "none";
        case Overflow::fiber:
            return "fiber";
        case Overflow::thread:
            return "thread";
        case Overflow::process:
            return "main thread";
    }
    return "unknown";
}

/// The line without its number: " [app] f()" of "#12 [app] f()".
std::string_view name_in(std::string_view line) noexcept {
    return line.substr(std::min(line.find(' '), line.size()));
}

/// Lists a function that calls itself again and again only once.
std::vector<std::string> without_repetitions(const std::vector<std::string>& lines) {
    std::vector<std::string> shorter;
    for (auto line = lines.begin(); line != lines.end();) {
        const auto end = std::find_if(
            line, lines.end(), [&](const auto& each) { return name_in(each) != name_in(*line); });
        const auto number = end - line;
        shorter.push_back(number == 1 ? *line : fmt::format("{}, {} times", *line, number));
        line = end;
    }
    return shorter;
}

}  // namespace

std::string explain(const CrashNote& note) {
    if (!is_written(note)) return {};
    if (note.sender != 0) return fmt::format(", sent by process {}", note.sender);
    if (note.overflow == Overflow::none) return {};
    return fmt::format(": stack overflow: the stack of its {} has {} KiB; see {}",
                       name_of(note.overflow), note.stack_size >> 10,
                       note.overflow == Overflow::fiber ? "fiber_stack" : "ulimit -s");
}

CrashTrace trace_of_crash(const CrashNote& note, const worker::StackDump& dump) {
    if (!is_written(note) || !note.has_stack) return {};
    const auto maps_size = std::min<std::size_t>(dump.maps_size, sizeof dump.maps);
    const auto frames = std::min<std::size_t>(dump.frames, dump.most_frames);
    return {.maps = std::string(dump.maps, maps_size),
            .addresses = {dump.addresses, dump.addresses + frames}};
}

std::vector<std::string> stack_of_crash(const CrashTrace& trace) try {
    const auto modules = Modules::from(trace.maps);
    std::vector<Call> calls;
    for (const auto address : trace.addresses) {
        calls.push_back({.address = address, .runs = calls.empty()});
    }
    return without_repetitions(folded(modules.describe(calls)));
} catch (const std::exception& error) {
    spdlog::warn("the stack of a crash cannot be read: {}", error.what());
    return {};
}

nlohmann::ordered_json crash_in_words(const CrashNote& note) {
    nlohmann::ordered_json crash{{"thread", note.tid}};
    if (note.sender != 0) crash["sender"] = note.sender;
    if (note.has_address) crash["address"] = fmt::format("{:#x}", note.address);
    if (note.overflow != Overflow::none) {
        crash["stack_overflow"] = name_of(note.overflow);
        crash["stack_kib"] = note.stack_size >> 10;
    }
    return crash;
}

}  // namespace curfew::master
