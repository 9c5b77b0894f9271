#include "tests/worker/http/writer_and_client.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

using namespace curfew;
using namespace curfew::worker;

namespace {

/// How many files without a name this process has open.
int temporary_files() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry, gone).string();
        if (target.starts_with("/tmp/") && target.ends_with(" (deleted)")) ++count;
    }
    return count;
}

std::string letters(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

}  // namespace

TEST_CASE(
    "what a slow client has not taken of a large body is moved to a file, and arrives whole") {
    WriterAndClient exchange(65536, 0);
    const auto body = letters(5'000'000);
    Response response;
    response.body("text/plain", body);
    const int before = temporary_files();

    exchange.writer.begin(response, {}, exchange.clock, exchange.scratch);
    auto progress = exchange.writer.write(exchange.pair.server.get());
    REQUIRE(progress == Writer::Progress::blocked);
    CHECK(temporary_files() == before + 1);

    std::string received;
    CHECK(exchange.go_on(progress, received) == Writer::Progress::done);
    CHECK(received.ends_with("\r\n\r\n" + body));
    CHECK(exchange.writer.body_bytes() == body.size());
    CHECK(exchange.writer.bytes_sent() == received.size());
    exchange.writer.reset(exchange.scratch);
    CHECK(temporary_files() == before);
}

TEST_CASE("a small body stays in memory, and so does one for which no file can be made") {
    for (const bool has_directory : {true, false}) {
        CAPTURE(has_directory);
        WriterAndClient exchange(65536, 0);
        const auto body = letters(has_directory ? Writer::always_in_memory : 5'000'000);
        Response response;
        response.body("text/plain", body);
        const int before = temporary_files();
        if (!has_directory) ::setenv("TMPDIR", "/nowhere", 1);

        exchange.writer.begin(response, {}, exchange.clock, exchange.scratch);
        const auto progress = exchange.writer.write(exchange.pair.server.get());
        ::unsetenv("TMPDIR");
        REQUIRE(progress == Writer::Progress::blocked);
        CHECK(temporary_files() == before);

        std::string received;
        CHECK(exchange.go_on(progress, received) == Writer::Progress::done);
        CHECK(received.ends_with("\r\n\r\n" + body));
    }
}

TEST_CASE("large bodies stay in memory as long as there is room for them together") {
    BodyMemory memory(8'000'000);
    WriterAndClient first(65536);
    const auto before = temporary_files();
    const auto blocked_with_files = [&](Writer& writer, int socket) {
        Response response;
        response.body("text/plain", letters(5'000'000));
        writer.begin(response, {}, first.clock, first.scratch);
        REQUIRE(writer.write(socket) == Writer::Progress::blocked);
        return temporary_files() - before;
    };
    const auto sockets = make_socket_pair();
    Writer one(memory);
    Writer other(memory);
    CHECK(blocked_with_files(one, first.pair.server.get()) == 0);
    CHECK(blocked_with_files(other, sockets.server.get()) == 1);

    // The first one's room is free again.
    other.reset(first.scratch);
    one.reset(first.scratch);
    const auto more = make_socket_pair();
    CHECK(blocked_with_files(other, more.server.get()) == 0);
}
