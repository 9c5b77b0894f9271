#include "tools/impairment/session.h"

#include "tools/impairment/words.h"

#include <stdexcept>
#include <utility>

namespace curfew::impairment {

Session::~Session() {
    if (holds_ && --controlled_.holders == 0) controlled_.proxy.change({});
}

std::string Session::execute(std::string_view line) {
    auto& proxy = controlled_.proxy;
    const auto all = split(line);
    const auto command = all.empty() ? std::string_view() : all.front();
    const auto rest = all.empty() ? Words() : Words(all).subspan(1);
    if (command == "set" && !rest.empty()) {
        proxy.change(with(proxy.network(), rest));
        return "";
    }
    if (command == "hold" && !rest.empty()) {
        proxy.change(with(proxy.network(), rest));
        if (!std::exchange(holds_, true)) ++controlled_.holders;
        return "";
    }
    if (command == "clear") {
        proxy.change(without(proxy.network(), rest));
        return "";
    }
    if (command == "show" && rest.empty()) return to_text(proxy.network());
    if (command == "connections" && rest.empty()) return std::to_string(proxy.connections());
    throw std::invalid_argument(
        "the commands are: set CONDITION..., hold CONDITION..., clear [CONDITION...], show, "
        "connections");
}

std::string Session::answer(std::string_view line) {
    try {
        const auto text = execute(line);
        return text.empty() ? "ok" : "ok " + text;
    } catch (const std::exception& error) {
        return std::string("error: ") + error.what();
    }
}

}  // namespace curfew::impairment
