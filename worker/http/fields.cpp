#include "worker/http/fields.h"

namespace curfew::worker {

namespace {

struct Seen {
    int hosts = 0;
    int transfer_encodings = 0;
    int content_lengths = 0;
    bool close = false;
    bool keep_alive = false;
};

Refusal read_field(const Field& field, Seen& seen, FieldFacts& facts) {
    const auto is = [&](std::string_view name) { return equals_ignoring_case(field.name, name); };

    switch (field.name.size()) {  // nearly every field is none of these: compare few
        case 0:
            return {400, "a field has no name"};
        case 4:
            if (!is("host")) break;
            if (!is_host(field.value)) return {400, "the Host field is malformed"};
            ++seen.hosts;
            break;
        case 6:
            if (!is("expect")) break;
            if (!equals_ignoring_case(field.value, "100-continue")) {
                return {417, "the expectation is unknown"};
            }
            facts.expects_continue = true;
            break;
        case 10:
            if (!is("connection")) break;
            seen.close |= list_contains(field.value, "close");
            seen.keep_alive |= list_contains(field.value, "keep-alive");
            break;
        case 12:
            if (is("x-request-id")) facts.request_id = field.value;
            break;
        case 14:
            if (!is("content-length")) break;
            ++seen.content_lengths;
            break;
        case 15:
            if (is("x-request-start")) facts.request_start = field.value;
            break;
        case 17:
            if (!is("transfer-encoding")) break;
            ++seen.transfer_encodings;
            return check_transfer_encoding(field.value);
        default:
            break;
    }
    return {};
}

}  // namespace

Refusal check_transfer_encoding(std::string_view value) {
    if (equals_ignoring_case(value, "chunked")) return {};
    auto first = value.substr(0, value.find_first_of(",;"));
    first = first.substr(0, first.find_last_not_of(" \t") + 1);
    if (!is_token(first) || equals_ignoring_case(first, "chunked")) {
        return {400, "the Transfer-Encoding is malformed"};
    }
    return {501, "the only transfer coding is chunked"};
}

Refusal read_fields(const RequestLine& line, const std::vector<Field>& fields, FieldFacts& facts) {
    facts = {};
    Seen seen;
    for (const Field& field : fields) {
        if (const auto refusal = read_field(field, seen, facts)) return refusal;
    }

    if (seen.hosts > 1) return {400, "there is more than one Host field"};
    if (seen.hosts == 0 && line.http_1_1) return {400, "there is no Host field"};
    if (seen.transfer_encodings > 1) return {400, "there is more than one Transfer-Encoding field"};
    if (seen.content_lengths > 1) return {400, "there is more than one Content-Length field"};
    if (seen.transfer_encodings > 0 && !line.http_1_1) {
        return {400, "HTTP/1.0 has no Transfer-Encoding"};
    }
    if (seen.transfer_encodings > 0 && seen.content_lengths > 0) {
        return {400, "there are both a Content-Length and a Transfer-Encoding"};
    }

    facts.chunked = seen.transfer_encodings > 0;
    facts.keep_alive = !seen.close && (line.http_1_1 || seen.keep_alive);
    facts.expects_continue &= line.http_1_1;
    return {};
}

}  // namespace curfew::worker
