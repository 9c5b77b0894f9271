#include "tools/impairment/execute.h"

#include "master/config/text.h"
#include "tools/impairment/words.h"

#include <stdexcept>

namespace curfew::impairment {

namespace {

std::string answer(Proxy& proxy, Words words) {
    const auto command = words.empty() ? std::string_view() : words.front();
    const auto rest = words.empty() ? words : words.subspan(1);
    if (command == "set" && !rest.empty()) {
        proxy.change(with(proxy.network(), rest));
        return "";
    }
    if (command == "clear") {
        proxy.change(without(proxy.network(), rest));
        return "";
    }
    if (command == "show" && rest.empty()) return to_text(proxy.network());
    if (command == "connections" && rest.empty()) return std::to_string(proxy.connections());
    throw std::invalid_argument(
        "the commands are: set CONDITION..., clear [CONDITION...], show, connections");
}

}  // namespace

std::string execute(Proxy& proxy, std::string_view line) {
    try {
        const auto text = answer(proxy, split(line));
        return text.empty() ? "ok" : "ok " + text;
    } catch (const std::exception& error) {
        return std::string("error: ") + error.what();
    }
}

}  // namespace curfew::impairment
