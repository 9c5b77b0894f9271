#include "worker/keeper/release_memory.h"

#include "tests/worker/os/socket_pair.h"
#include "worker/keeper/error_response.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

using namespace curfew;
using namespace curfew::worker;

TEST_CASE("a process that gave up its memory can still compute, and send") {
    const auto pair = make_socket_pair();
    const auto shared = std::make_unique<std::string>(100'000, 'x');  // it was on the heap

    const pid_t child = ::fork();
    if (child == 0) {
        release_memory();
        std::array<char, 2048> memory;
        const auto written = write_response({.status = 504, .detail = "late", .id = "r-1"}, memory);
        const auto sent = ::send(pair.server.get(), memory.data(), written.size, MSG_NOSIGNAL);
        ::_exit(sent == static_cast<ssize_t>(written.size) ? 0 : 1);
    }

    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    const auto got = take_available(pair.client.get());
    CHECK(got.starts_with("HTTP/1.1 504 "));
    CHECK(got.ends_with("late\nrequest r-1\n"));
    CHECK(shared->back() == 'x');
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

TEST_CASE("a process that gave up its memory has not even half of it left") {
    const auto pair = make_socket_pair();
    for (const int end : {pair.client.get(), pair.server.get()}) ::fcntl(end, F_SETFL, 0);  // waits
    const pid_t child = ::fork();
    if (child == 0) {
        char turn = 0;
        (void)!::write(pair.server.get(), "1", 1);
        (void)!::read(pair.server.get(), &turn, 1);
        release_memory();
        (void)!::write(pair.server.get(), "2", 1);
        (void)!::read(pair.server.get(), &turn, 1);
        ::_exit(0);
    }
    const auto resident_kib = [&] {
        char turn = 0;
        REQUIRE(::read(pair.client.get(), &turn, 1) == 1);
        std::ifstream file("/proc/" + std::to_string(child) + "/smaps_rollup");
        std::string word;
        while (file >> word && word != "Rss:") continue;
        long kib = 0;
        file >> kib;
        (void)!::write(pair.client.get(), "x", 1);
        return kib;
    };

    const auto before = resident_kib();
    const auto after = resident_kib();

    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(after > 0);
    CHECK(after < before / 2);
}

#endif
