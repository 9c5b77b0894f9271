#include "tools/laboratory/showing/symbol.h"

namespace curfew::laboratory {

std::string_view symbol(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::clean:
            return "✓c";
        case Verdict::leaks:
            return "~l";
        case Verdict::tainted:
            return "!t";
        case Verdict::powerless:
            break;
    }
    return "✗p";
}

std::string_view meaning(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::clean:
            return "answered on time, and nothing stays behind";
        case Verdict::leaks:
            return "answered on time, but something goes on or stays behind";
        case Verdict::tainted:
            return "on time, but later calls, other clients or the worker are damaged";
        case Verdict::powerless:
            break;
    }
    return "half of the answers or more are late, cut off or missing";
}

}  // namespace curfew::laboratory
