#pragma once

#include <curfew/app.h>

#include <charconv>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace demo {

/// The number that all of `text` is, if it is between the two; else HttpError 400, whose text
/// begins with `what` it is.
template <typename Number>
[[nodiscard]] Number parse_number(std::string_view text, Number least, Number most,
                                  const std::string& what) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    const bool whole = result.ec == std::errc() && result.ptr == end;
    // Written so that a NaN is refused.
    if (!whole || !(number >= least && number <= most)) {
        std::ostringstream message;
        message << what << " is a number from " << least << " to " << most;
        throw curfew::HttpError(400, message.str());
    }
    return number;
}

}  // namespace demo
