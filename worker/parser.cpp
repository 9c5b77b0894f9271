#include "worker/parser.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace curfew::worker {

namespace {

// What chunks may cost beside their content: a size line each, and some extensions in all.
constexpr std::size_t overhead_per_chunk = 32;
constexpr std::size_t overhead_per_body = 8192;

constexpr std::size_t kept_body = 16 << 10;

std::string_view trim(std::string_view value) noexcept {
    const auto first = value.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

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
        if (self.stage_ != Parser::Stage::head) {  // trailers are checked and dropped
            if (length == 0) self.refusal_ = {400, "a trailer has no name"};
            return self.refusal_ ? -1 : 0;
        }
        return guarded(self, [&] { self.parts_.fields.push_back({{at, length}, {}}); });
    }

    static int field_value(llhttp_t* llhttp, const char* at, std::size_t length) noexcept {
        Parser& self = parser(llhttp);
        if (self.stage_ != Parser::Stage::head || self.parts_.fields.empty()) return 0;
        self.parts_.fields.back().value = trim({at, length});
        return 0;
    }

    static int headers_complete(llhttp_t* llhttp) noexcept {
        Parser& self = parser(llhttp);
        if (self.stage_ != Parser::Stage::head) return 0;
        const int result = guarded(self, [&] { self.refusal_ = self.accept_head(); });
        // An upgrade that we ignore must not end the parsing.
        llhttp->upgrade = 0;
        return result;
    }

    static int body(llhttp_t* llhttp, const char* at, std::size_t length) noexcept {
        Parser& self = parser(llhttp);
        return guarded(self, [&] {
            self.count_overhead(at);
            self.counted_to_ = at + length;
            if (std::exchange(self.chunk_begins_, false)) ++self.chunks_;
            if (self.refusal_) return;
            if (length > self.options_->limit_request_body - self.body_size_) {
                self.refusal_ = {413, "the request's body is too large"};
                return;
            }
            self.body_size_ += length;
            if (self.facts_.chunked) self.body_.append(at, length);
        });
    }

    static int chunk_header(llhttp_t* llhttp) noexcept {
        Parser& self = parser(llhttp);
        self.chunk_begins_ = true;
        if (llhttp->content_length > self.options_->limit_request_body - self.body_size_) {
            self.refusal_ = {413, "the request's body is too large"};
            return -1;
        }
        if (llhttp->content_length != 0) return 0;
        self.stage_ = Parser::Stage::trailers;
        self.gate_.restart(Gate::Section::trailers);
        return HPE_PAUSED;
    }

    static int message_complete(llhttp_t* llhttp) noexcept {
        parser(llhttp).stage_ = Parser::Stage::complete;
        return HPE_PAUSED;
    }

    static const llhttp_settings_t& settings() noexcept {
        static const llhttp_settings_t all = [] {
            llhttp_settings_t made;
            llhttp_settings_init(&made);
            made.on_header_field = field_name;
            made.on_header_value = field_value;
            made.on_headers_complete = headers_complete;
            made.on_body = body;
            made.on_chunk_header = chunk_header;
            made.on_message_complete = message_complete;
            return made;
        }();
        return all;
    }
};

Parser::Parser(const Options& options, Arena& arena) noexcept
    : options_(&options), gate_(options), head_(arena) {
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
    const auto size = gate_.scan(input);
    refusal_ = gate_.refusal();
    first_line_ = gate_.first_line(input);  // the log wants it, also of what is refused
    if (refusal_ || size == 0) return;

    refusal_ = read_request_line(first_line_, line_);
    if (refusal_) return;

    parts_.method = line_.method;
    parts_.target = line_.target;
    parts_.path = line_.path;
    parts_.query = line_.query;
    used_ = body_at_ = size;
    if (!execute(input.substr(gate_.leading(), size - gate_.leading()))) return;
    if (stage_ == Stage::head) stage_ = Stage::body;
}

Refusal Parser::accept_head() {
    if (auto refusal = read_fields(line_, parts_.fields, facts_)) return refusal;
    if (!line_.authority.empty()) replace_host();
    if (llhttp_.flags & F_CONTENT_LENGTH && llhttp_.content_length > options_->limit_request_body) {
        return {413, "the request's body is too large"};
    }
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
    input.remove_prefix(used_);
    if (!facts_.chunked) {
        input = input.substr(0, std::min<std::size_t>(input.size(), llhttp_.content_length));
    }

    counted_to_ = input.data();
    const bool ok = execute(input);
    // Paused after the last chunk's line, what follows is for the Gate.
    const char* const end = ok && stage_ != Stage::trailers ? input.data() + input.size()
                                                            : llhttp_get_error_pos(&llhttp_);
    count_overhead(end);
    used_ += static_cast<std::size_t>(end - input.data());
}

/// Bounds the bytes of a chunked body that are not its content: llhttp sets no bound on extensions
/// (CVE-2024-22019). Where the input is cut must not matter, so a chunk's allowance counts from the
/// first byte of its content.
void Parser::count_overhead(const char* until) noexcept {
    overhead_ += static_cast<std::size_t>(until - std::exchange(counted_to_, until));
    if (overhead_ > overhead_per_body + (chunks_ + 1) * overhead_per_chunk) {
        refusal_ = {413, "the chunks of the body carry too much beside it"};
    }
}

void Parser::read_trailers(std::string_view input) {
    input.remove_prefix(used_);
    const auto size = gate_.scan(input);
    refusal_ = gate_.refusal();
    if (refusal_ || size == 0) return;
    used_ += size;
    llhttp_resume(&llhttp_);
    if (execute(input.substr(0, size)) && stage_ != Stage::complete) {
        refusal_ = {400, "the trailer section is malformed"};
    }
}

bool Parser::execute(std::string_view input) {
    const auto error = llhttp_execute(&llhttp_, input.data(), input.size());
    if (error == HPE_OK || error == HPE_PAUSED) return true;
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
    overhead_ = chunks_ = body_at_ = body_size_ = 0;
    stage_ = Stage::head;
    gate_.restart(Gate::Section::head);
    llhttp_reset(&llhttp_);
}

bool Parser::take_expectation() noexcept {
    return stage_ == Stage::body && std::exchange(facts_.expects_continue, false) &&
           body_size_ == 0;
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
