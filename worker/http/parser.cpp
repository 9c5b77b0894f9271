#include "worker/http/parser.h"

#include "handlers/base/trimmed.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace curfew::worker {

namespace {

constexpr std::size_t kept_body = 16 << 10;

}  // namespace

/// What llhttp calls. None may throw: an allocation that fails refuses the request.
struct Callbacks {
    static Parser& parser(llhttp_t* llhttp) noexcept { return *static_cast<Parser*>(llhttp->data); }

    template <typename Action>
    static int guarded(Parser& parser, Action action) noexcept {
        try {
            action();
        } catch (const std::exception&) {
            parser.refusal_ = {503, "out of memory"};
        }
        return parser.refusal_ ? -1 : 0;
    }

    static int field_name(llhttp_t* llhttp, const char* at, std::size_t length) noexcept {
        Parser& self = parser(llhttp);
        return guarded(self, [&] { self.parts_.fields.push_back({{at, length}, {}}); });
    }

    static int field_value(llhttp_t* llhttp, const char* at, std::size_t length) noexcept {
        Parser& self = parser(llhttp);
        if (self.parts_.fields.empty()) return 0;
        self.parts_.fields.back().value = trimmed({at, length});
        return 0;
    }

    static int headers_complete(llhttp_t* llhttp) noexcept {
        Parser& self = parser(llhttp);
        self.head_parsed_ = true;
        const int result = guarded(self, [&] { self.refusal_ = self.accept_head(); });
        // An upgrade that we ignore must not end the parsing.
        llhttp->upgrade = 0;
        return result;
    }

    static const llhttp_settings_t& settings() noexcept {
        static const llhttp_settings_t all = [] {
            llhttp_settings_t made;
            llhttp_settings_init(&made);
            made.on_header_field = field_name;
            made.on_header_value = field_value;
            made.on_headers_complete = headers_complete;
            return made;
        }();
        return all;
    }
};

Parser::Parser(const Options& options, Arena& arena) noexcept
    : options_(&options), scanner_(options), head_(arena) {
    llhttp_init(&llhttp_, HTTP_REQUEST, &Callbacks::settings());
    llhttp_.data = this;
}

Parser::Progress Parser::advance(Buffer& input) {
    if (stage_ == Stage::head) read_head(input.view());
    if (stage_ == Stage::body) read_body(input.view());
    if (stage_ == Stage::trailers && !refusal_) read_trailers(input.view());

    if (refusal_) return Progress::refused;
    if (stage_ == Stage::complete) {
        parts_.body =
            facts_.chunked ? std::string_view(body_) : input.view().substr(body_at_, body_size_);
        return Progress::complete;
    }
    if (stage_ != Stage::head) keep_head(input);
    return Progress::more;
}

void Parser::read_head(std::string_view input) {
    const auto size = scanner_.scan(input);
    refusal_ = scanner_.refusal();
    is_head_ = input.substr(scanner_.leading()).starts_with("HEAD ");
    first_line_ = scanner_.first_line(input);  // the log wants it, also of what is refused
    if (refusal_ || size == 0) return;

    refusal_ = read_request_line(first_line_, line_);
    if (refusal_) return;

    parts_.method = line_.method;
    parts_.target = line_.target;
    parts_.path = line_.path;
    parts_.query = line_.query;
    used_ = body_at_ = size;
    if (!execute(input.substr(scanner_.leading(), size - scanner_.leading()))) return;
    if (!head_parsed_) {
        refusal_ = {400, "the head is malformed"};
        return;
    }
    if (facts_.chunked) chunks_.restart(options_->limit_request_body);
    stage_ = facts_.chunked || body_length_ > 0 ? Stage::body : Stage::complete;
}

Refusal Parser::accept_head() {
    if (auto refusal = read_fields(line_, parts_.fields, facts_)) return refusal;
    if (!line_.authority.empty()) replace_host();
    if (!(llhttp_.flags & F_CONTENT_LENGTH)) return {};
    if (llhttp_.content_length > options_->limit_request_body) {
        return {413, "the request's body is too large"};
    }
    body_length_ = static_cast<std::size_t>(llhttp_.content_length);
    return {};
}

/// RFC 9112 section 3.2.2: what an absolute-form target says goes before the Host field.
void Parser::replace_host() {
    const auto host =
        std::find_if(parts_.fields.begin(), parts_.fields.end(),
                     [](const Field& field) { return equals_ignoring_case(field.name, "host"); });
    if (host != parts_.fields.end()) {
        host->value = line_.authority;
    } else {
        parts_.fields.push_back({"Host", line_.authority});
    }
}

void Parser::read_body(std::string_view input) {
    if (!facts_.chunked) {
        body_size_ = std::min(input.size() - body_at_, body_length_);
        used_ = body_at_ + body_size_;
        if (body_size_ == body_length_) stage_ = Stage::complete;
        return;
    }
    used_ += chunks_.read(input.substr(used_), body_);
    refusal_ = chunks_.refusal();
    if (!chunks_.ended()) return;
    stage_ = Stage::trailers;
    scanner_.restart(HeadScanner::Section::trailers);
}

void Parser::read_trailers(std::string_view input) {
    input.remove_prefix(used_);
    const auto size = scanner_.scan(input);
    refusal_ = scanner_.refusal();
    if (refusal_ || size == 0) return;
    refusal_ = check_trailers(input.substr(0, size));
    used_ += size;
    stage_ = Stage::complete;
}

bool Parser::execute(std::string_view input) {
    const auto error = llhttp_execute(&llhttp_, input.data(), input.size());
    if (error == HPE_OK) return true;
    if (!refusal_) refusal_ = llhttp_refusal();
    return false;
}

Refusal Parser::llhttp_refusal() const {
    // The second is a method of another protocol; all else that it can mean we have looked at.
    const auto error = llhttp_get_errno(&llhttp_);
    if (error == HPE_INVALID_METHOD || error == HPE_INVALID_CONSTANT) {
        return {501, "the method is unknown"};
    }
    // llhttp may give up on a coding before we have seen all fields.
    for (const Field& field : parts_.fields) {
        if (!equals_ignoring_case(field.name, "transfer-encoding")) continue;
        if (const auto refusal = check_transfer_encoding(field.value)) return refusal;
    }
    return {400, llhttp_get_error_reason(&llhttp_)};
}

/// The views of the head point into its memory, so the body, which may move, goes into other.
void Parser::keep_head(Buffer& input) {
    if (!head_.empty()) return;
    std::swap(head_, input);
    auto rest = head_.view().substr(body_at_);
    while (!rest.empty()) {
        const auto room = input.room();
        const auto count = rest.copy(room.data(), room.size());
        input.commit(count);
        rest.remove_prefix(count);
    }
    head_.truncate(body_at_);
    used_ -= std::exchange(body_at_, 0);
}

void Parser::finish(Buffer& input) noexcept {
    input.consume(std::exchange(used_, 0));
    head_.release();
    body_.clear();
    if (body_.capacity() > kept_body) body_ = {};
    // Nothing of it may be seen in a refusal of the next; the vectors keep their memory.
    parts_.fields.clear();
    parts_.params.clear();
    parts_ = {.fields = std::move(parts_.fields), .params = std::move(parts_.params)};
    line_ = {};
    facts_ = {};
    first_line_ = {};
    body_at_ = body_length_ = body_size_ = 0;
    head_parsed_ = is_head_ = false;
    stage_ = Stage::head;
    scanner_.restart(HeadScanner::Section::head);
    llhttp_reset(&llhttp_);
}

bool Parser::take_expectation() noexcept {
    return stage_ == Stage::body && std::exchange(facts_.expects_continue, false) &&
           body_received() == 0;
}

void check_llhttp() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    llhttp_t llhttp;
    llhttp_init(&llhttp, HTTP_REQUEST, &settings);
    constexpr std::string_view bare_cr = "GET / HTTP/1.1\r\nX:\rY\r\n\r\n";
    if (llhttp_execute(&llhttp, bare_cr.data(), bare_cr.size()) == HPE_OK) {
        throw std::runtime_error(
            "this build of llhttp is not strict (it takes a bare CR for a line's end): rebuild it "
            "with -DLLHTTP_STRICT_MODE=1");
    }
}

}  // namespace curfew::worker
