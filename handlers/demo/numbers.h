#pragma once

#include <curfew/app.h>
#include <curfew/base/parse_number.h>

#include <sstream>
#include <string>
#include <string_view>

namespace demo {

/// The number that all of `text` is, if it is between the two; else HttpError 400, whose text
/// begins with `what` it is.
template <typename Number>
[[nodiscard]] Number parse_number(std::string_view text, Number least, Number most,
                                  const std::string& what) {
    const auto number = curfew::parse_number<Number>(text);
    // Written so that a NaN is refused.
    if (!number || !(*number >= least && *number <= most)) {
        std::ostringstream message;
        message << what << " is a number from " << least << " to " << most;
        throw curfew::HttpError(400, message.str());
    }
    return *number;
}

}  // namespace demo
