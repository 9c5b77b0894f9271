#pragma once

#include "handlers/http/headers.h"
#include "worker/http/head_scanner.h"
#include "worker/http/request_line.h"

#include <string_view>
#include <vector>

namespace curfew::worker {

/// What the fields of a head say about the message and its connection.
struct FieldFacts {
    bool keep_alive = false;
    bool chunked = false;
    bool expects_continue = false;
    std::string_view request_id;     ///< X-Request-Id, as sent
    std::string_view request_start;  ///< X-Request-Start, as sent
};

/// Reads them and refuses what two readers could understand differently: no, two or malformed Hosts
/// (RFC 9112 section 3.2), Content-Length beside Transfer-Encoding, a Transfer-Encoding in 1.0 or
/// other than one `chunked` (RFC 9112 sections 6.1 and 6.3; an unknown coding is 501), an unknown
/// expectation (RFC 9110 section 10.1.1, 417), an empty field name.
[[nodiscard]] Refusal read_fields(const RequestLine& line, const std::vector<Field>& fields,
                                  FieldFacts& facts);

/// The judgement on a Transfer-Encoding field's value alone.
[[nodiscard]] Refusal check_transfer_encoding(std::string_view value);

}  // namespace curfew::worker
