#include "tools/laboratory/record/wrap.h"

#include "handlers/base/wrapped.h"

namespace curfew::laboratory {

std::string wrap(std::string_view first, std::string_view text) {
    const auto indent = columns(first);
    std::string all;
    for (const auto& line : wrapped(text, terminal_columns - indent)) {
        all += (all.empty() ? std::string(first) : std::string(indent, ' ')) + line + '\n';
    }
    return all.empty() ? std::string(first) + '\n' : all;
}

}  // namespace curfew::laboratory
