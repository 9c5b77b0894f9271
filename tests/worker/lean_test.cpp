#include "worker/lean.h"

#include "socket_pair.h"
#include "worker/error_answer.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

using namespace curfew;
using namespace curfew::worker;

TEST_CASE("a process that gave up its memory can still compute, and send") {
    const auto pair = make_socket_pair();
    const auto shared = std::make_unique<std::string>(100'000, 'x');  // it was on the heap

    const pid_t child = ::fork();
    if (child == 0) {
        give_up_memory();
        std::array<char, 2048> memory;
        const auto written = write_answer({.status = 504, .detail = "late", .id = "r-1"}, memory);
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
