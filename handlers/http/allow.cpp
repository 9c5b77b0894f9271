#include "allow.h"

namespace curfew {

void Allow::insert(std::string_view method) {
    if (method == "*") {
        methods_.insert({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"});
        return;
    }
    methods_.insert(method);
    if (method == "GET") methods_.insert("HEAD");
}

std::string Allow::value() const {
    auto methods = methods_;
    methods.insert("OPTIONS");

    std::string text;
    for (const auto method : methods) {
        if (!text.empty()) text += ", ";
        text += method;
    }
    return text;
}

}  // namespace curfew
