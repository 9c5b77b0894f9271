#include "master/stacks/frame.h"

#include "master/stacks/short_name.h"

#include <fmt/format.h>

namespace curfew::master {

std::string to_string(const Frame& frame) {
    std::string text = frame.function.empty() ? "??" : short_name(frame.function);
    if (!frame.source.empty()) text.append(" at ").append(frame.source);
    return text + (frame.module.empty() ? fmt::format(" ({:#x})", frame.address)
                                        : fmt::format(" ({}+{:#x})", frame.module, frame.offset));
}

}  // namespace curfew::master
