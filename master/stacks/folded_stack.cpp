#include "master/stacks/folded_stack.h"

#include "master/stacks/short_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace curfew::master {

namespace {

bool goes_with(const Frame& frame, const Frame& next) {
    return frame.origin != Origin::application && frame.origin == next.origin &&
           frame.module == next.module && !frame.module.empty();
}

/// "curl_easy_perform ... curl_multi_poll": the outermost and the innermost function of these
/// frames.
std::string names_of(std::span<const Frame> frames) {
    const auto named = [](const Frame& frame) {
        return !frame.function.empty() && !bare_name(frame.function).starts_with("std::");
    };
    const auto inner = std::ranges::find_if(frames, named);
    if (inner == frames.end()) {
        const auto& function = frames.front().function;
        return function.empty() ? "??" : bare_name(function);
    }
    const auto outer = std::find_if(frames.rbegin(), frames.rend(), named);
    const auto called = bare_name(outer->function);
    const auto last = bare_name(inner->function);
    return called == last ? called : called + " ... " + last;
}

std::string line_of(std::span<const Frame> frames) {
    const auto& innermost = frames.front();
    if (frames.size() == 1) {
        return (innermost.origin == Origin::application ? "[app] " : "") + to_string(innermost);
    }
    return fmt::format("{} ({}, {} frames)", names_of(frames), innermost.module, frames.size());
}

}  // namespace

std::vector<std::string> folded(const std::vector<Frame>& frames) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < frames.size();) {
        auto end = begin + 1;
        while (end < frames.size() && goes_with(frames[end - 1], frames[end])) ++end;
        lines.push_back(
            fmt::format("#{} {}", begin, line_of(std::span(frames).subspan(begin, end - begin))));
        begin = end;
    }
    return lines;
}

}  // namespace curfew::master
