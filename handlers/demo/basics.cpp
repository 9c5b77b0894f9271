#include "basics.h"

#include "numbers.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace curfew;

namespace demo {

namespace {

/// Neither in a URL nor in HTML. Hidden files are not for show.
bool needs_no_escaping(std::string_view name) {
    const auto plain = [](char c) {
        const auto letter = static_cast<unsigned char>(c);
        return c == '.' || c == '-' || c == '_' || (letter < 0x80 && std::isalnum(letter) != 0);
    };
    return !name.starts_with('.') && std::ranges::all_of(name, plain);
}

}  // namespace

// 14 characters fit into the string itself: not one allocation.
Response hello(const Request&) { return text("Hello, world!\n"); }

Response echo(const Request& request) {
    std::size_t size =
        request.method().size() + request.target().size() + request.body().size() + 3;
    for (const auto& [name, value] : request.headers()) size += name.size() + value.size() + 3;

    std::string out;
    out.reserve(size);
    out.append(request.method()).append(" ").append(request.target()).append("\n");
    for (const auto& [name, value] : request.headers()) {
        out.append(name).append(": ").append(value).append("\n");
    }
    out.append("\n").append(request.body());
    return Response().body("text/plain", std::move(out));
}

Response status(const Request& request) {
    const int code = parse_number(request.param("code"), 200, 599, "the status");
    if (code == 204 || code == 205 || code == 304) return Response(code);
    return text(std::to_string(code) + " " + std::string(reason_phrase(code)) + "\n").status(code);
}

Response bytes(const Request& request) {
    constexpr std::size_t most = 100 << 20;
    const auto size = parse_number<std::size_t>(request.param("n"), 0, most, "the size in bytes");
    const auto seed = request.query("seed");
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    std::mt19937_64 random(seed ? parse_number<std::uint64_t>(*seed, 0, largest, "the seed")
                                : std::random_device()());

    std::string out(size, '\0');
    for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
        const std::uint64_t word = random();
        std::memcpy(out.data() + at, &word, std::min(sizeof word, size - at));
    }
    return Response().body("application/octet-stream", std::move(out));
}

Response file_below(const Request& request) {
    const char* const root = std::getenv("DEMO_FILES");
    if (!root) throw HttpError(404, "DEMO_FILES is not set");
    return file(request, root, request.param("path"));
}

std::string example_file() {
    namespace fs = std::filesystem;
    const char* const root = std::getenv("DEMO_FILES");
    std::string first;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(root ? root : "", ignored)) {
        auto name = entry.path().filename().string();
        if (!needs_no_escaping(name) || !fs::is_regular_file(entry.symlink_status(ignored))) {
            continue;
        }
        if (name == "index.html") return name;
        if (first.empty() || name < first) first = std::move(name);
    }
    return first;
}

Response pid(const Request&) { return text(std::to_string(::getpid()) + "\n"); }

Response throw_error(const Request&) {
    throw std::runtime_error("the demo was asked to throw this");
}

}  // namespace demo
