#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew::fuzz {

/// A request as this second reader understands it.
struct ReferenceRequest {
    std::string method;
    std::string target;
    bool http_1_1 = false;
    bool keep_alive = false;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::size_t size = 0;  ///< bytes of the input that are this request
};

/// Reads one request from the front of the input by the letter of RFC 9112 and RFC 3986, and of no
/// one's habits; nothing if it is not whole or not valid. Written without a look at the server's
/// own parser, and without any code of it, so that a mistake would have to be made twice. Slow.
///
/// Three things are wider than the letter, as in the server: a query may hold brackets and any `%`,
/// and a chunk's extensions, which nobody reads, anything but control characters.
[[nodiscard]] std::optional<ReferenceRequest> read_reference(std::string_view input);

}  // namespace curfew::fuzz
