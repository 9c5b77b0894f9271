// Feeds bytes to the server's parser and router as a client would send them. Beside what the
// sanitizers find: the same requests must be read however the bytes are cut, and each must be one
// that a second, strict reader finds in the same bytes.

#include "reference.h"

#include "handlers/context/call_context.h"
#include "handlers/routing/router.h"
#include "worker/http/parser.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

/// Of the server, without the waits that it is for: no handler here waits.
curfew::CallContext& curfew::call_context() noexcept {
    static CallContext only;
    return only;
}

namespace {

using namespace curfew;
using namespace curfew::worker;

[[noreturn]] void fail(const char* what, const std::string& ours, const std::string& other) {
    std::fprintf(stderr, "%s\n--- ours:\n%s\n--- other:\n%s\n", what, ours.c_str(), other.c_str());
    std::abort();
}

/// Small, so that inputs reach them.
Options small_limits() {
    Options options;
    options.limit_request_line = 300;
    options.limit_request_field_size = 300;
    options.limit_request_fields = 12;
    options.limit_request_body = 2000;
    return options;
}

Router every_path() {
    Router router;
    const auto handler = [](const Request& request) {
        std::string seen = request.path();
        for (const auto& [name, value] : request.queries()) seen += name + value;
        for (const auto& field : request.headers()) seen += request.header(field.name);
        return text(seen.append(request.body()));
    };
    router.get("/", handler);
    router.post("/:a/b", handler);
    router.any("/any/*rest", handler);
    return router;
}

std::string describe(std::string_view method, std::string_view target, bool http_1_1,
                     bool keep_alive) {
    std::string text(method);
    text.append(" ").append(target);
    return text.append(http_1_1 ? " 1.1" : " 1.0").append(keep_alive ? " keep" : " close");
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
    text.append("\n").append(name).append("=").append(value);
}

std::string describe(Parser& parser) {
    const auto& parts = parser.parts();
    auto text = describe(parts.method, parts.target, parser.http_1_1(), parser.facts().keep_alive);
    for (const auto& [name, value] : parts.fields) append_field(text, name, value);
    return text.append("\n\n").append(parts.body);
}

std::string describe(const fuzz::ReferenceRequest& request) {
    auto text = describe(request.method, request.target, request.http_1_1, request.keep_alive);
    for (const auto& [name, value] : request.fields) append_field(text, name, value);
    return text.append("\n\n").append(request.body);
}

/// The server's side of a connection, without the connection.
class Conversation {
  public:
    void receive(std::string_view piece) {
        while (!piece.empty() && !refused_) {
            const auto room = input_.room();
            const auto count = piece.copy(room.data(), room.size());
            input_.commit(count);
            piece.remove_prefix(count);
            process();
        }
    }

    /// What was understood, one after the other.
    [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }
    /// With how it ended.
    [[nodiscard]] std::string summary() const {
        std::string all;
        for (const auto& request : requests_) all.append(request).append("\n----\n");
        return all.append(ending_);
    }

  private:
    void process() {
        while (!input_.empty() && !refused_) {
            const auto progress = parser_.advance(input_);
            if (progress == Parser::Progress::more) {
                ending_ = "unfinished";
                (void)parser_.take_expectation();
                return;
            }
            if (progress == Parser::Progress::refused) {
                refused_ = true;
                const auto& refusal = parser_.refusal();
                ending_ = "refused " + std::to_string(refusal.status);
                if (refusal.status < 400 || refusal.status > 599 || refusal.text.empty()) {
                    fail("a refusal without a status or a text", ending_, "");
                }
                return;
            }
            answer();
            parser_.finish(input_);
            ending_ = "idle";
        }
    }

    void answer() {
        requests_.push_back(describe(parser_));
        auto& parts = parser_.parts();
        const auto match = router_.match(parts.method, parts.path, parts.params);
        if (match.route) (void)(*match.route)(Request(parts));
    }

    static inline const Options options_ = small_limits();
    static inline const Router router_ = every_path();

    static inline Arena blocks_;
    Buffer input_{blocks_};
    Parser parser_{options_, blocks_};
    std::vector<std::string> requests_;
    std::string ending_ = "idle";
    bool refused_ = false;
};

/// Pieces of 1 to `most` bytes; which, the seed says.
std::string in_pieces(std::string_view input, std::uint32_t seed, std::uint32_t most) {
    Conversation conversation;
    while (!input.empty()) {
        seed = seed * 1664525 + 1013904223;
        const auto size = std::min<std::size_t>(1 + (seed >> 16) % most, input.size());
        conversation.receive(input.substr(0, size));
        input.remove_prefix(size);
    }
    return conversation.summary();
}

/// Each request that we took must be the next one for the reference, too.
void compare_with_reference(const Conversation& conversation, std::string_view input) {
    for (const auto& ours : conversation.requests()) {
        const auto theirs = fuzz::read_reference(input);
        if (!theirs) fail("taken, but not valid", ours, "");
        const auto other = describe(*theirs);
        if (other != ours) fail("understood differently", ours, other);
        input.remove_prefix(theirs->size);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    // The first two bytes say where to cut.
    const auto seed = static_cast<std::uint32_t>(data[0] << 8 | data[1]);
    const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);

    Conversation whole;
    whole.receive(input);
    const auto expected = whole.summary();
    for (const std::uint32_t most : {1U, 7U, 100U}) {
        const auto cut = in_pieces(input, seed, most);
        if (cut != expected) fail("cut differently, read differently", expected, cut);
    }
    compare_with_reference(whole, input);
    return 0;
}
