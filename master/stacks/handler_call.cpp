#include "master/stacks/handler_call.h"

#include <string>
#include <string_view>
#include <utility>

namespace curfew::master {

namespace {

constexpr std::string_view holder = "std::_Function_handler<";

bool is_call(const Frame& frame) {
    return frame.function.starts_with(holder) || frame.function.starts_with("std::function<") ||
           frame.function.starts_with("curfew::Route::operator()") ||
           frame.function.find("std::__invoke_") != std::string::npos;
}

/// The function object that a std::function holds, by the name of the library's call to it:
/// "routes(curfew::Router&)::{lambda(curfew::Request const&)#1}". It is the second template
/// argument, after the signature. Empty for the address of a function, and for any other function
/// name.
std::string_view object_in(std::string_view function) {
    if (!function.starts_with(holder)) return {};
    function.remove_prefix(holder.size());
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i < function.size(); ++i) {
        const char c = function[i];
        if (c == '(' || c == '<' || c == '{') ++depth;
        if (depth == 0 && c == ',' && begin == 0) begin = i + 2;
        if (depth == 0 && c == '>') {
            const auto object = function.substr(begin, i - begin);
            return begin == 0 || object.find("(*)") != std::string_view::npos ? "" : object;
        }
        if (c == ')' || c == '>' || c == '}') --depth;
    }
    return {};
}

}  // namespace

std::vector<Frame> without_handler_call(std::vector<Frame> frames) {
    Frame innermost;
    std::string object;
    while (!frames.empty() && is_call(frames.back())) {
        innermost = std::move(frames.back());
        frames.pop_back();
        if (const auto held = object_in(innermost.function); !held.empty()) object = held;
    }
    const auto own = object + "::operator()";
    const bool is_there = !frames.empty() && frames.back().function.starts_with(own);
    if (object.empty() || is_there) return frames;
    innermost.function = own;
    innermost.origin =
        Origin::application;  // the compiler has merged it with a template of the library
    frames.push_back(std::move(innermost));
    return frames;
}

}  // namespace curfew::master
