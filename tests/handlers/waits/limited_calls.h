#pragma once

#include "handlers/base/error.h"
#include "handlers/base/unique_fd.h"
#include "handlers/context/call_context.h"
#include "handlers/timeouts/strategy.h"
#include "handlers/timeouts/with_timeout.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <thread>

namespace curfew::tests {

/// Two connected sockets.
struct Pair {
    explicit Pair(int type = SOCK_STREAM) {
        int fds[2];
        checked(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), "socketpair");
        ours.reset(fds[0]);
        theirs.reset(fds[1]);
    }
    void say(std::string_view text) const {
        CHECK(::send(theirs.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(text.size()));
    }
    UniqueFd ours;
    UniqueFd theirs;
};

struct Pipe {
    Pipe() {
        int fds[2];
        checked(::pipe2(fds, O_CLOEXEC), "pipe2");
        read.reset(fds[0]);
        write.reset(fds[1]);
    }
    void say(std::string_view text) const {
        CHECK(::write(write.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    UniqueFd read;
    UniqueFd write;
};

/// What a call returned, and errno if that was an error.
struct Outcome {
    long result;
    int error;

    bool operator==(const Outcome&) const = default;
};

inline doctest::String toString(const Outcome& outcome) {
    return (std::to_string(outcome.result) + " " + std::to_string(outcome.error)).c_str();
}

template <typename Call>
Outcome outcome_of(Call call) {
    errno = 0;
    const long result = call();
    return {.result = result, .error = result < 0 ? errno : 0};
}

inline Outcome failed(int error) { return {.result = -1, .error = error}; }
inline Outcome done(long result) { return {.result = result, .error = 0}; }

/// By deadline, by token, and parked on a fiber.
inline constexpr auto kinds_of_limits = {"deadline", "timer", "fiber"};

/// Far from each other, so that a noisy machine cannot make one look like the other.
inline constexpr std::chrono::milliseconds soon(60);
inline constexpr std::chrono::seconds late(20);

template <typename Call>
Outcome limited(const char* strategy, Duration limit, Call call) {
    Outcome outcome{};
    try {
        with_timeout(limit, strategy, [&] { outcome = outcome_of(call); });
    } catch (const TimeoutError&) {
        // Said after the function has returned.
    }
    return outcome;
}

template <typename Test>
void for_each_limit(Test test) {
    for (const char* const strategy : kinds_of_limits) {
        CAPTURE(std::string(strategy));
        test(strategy);
    }
}

/// Does something while the test waits in a call.
template <typename Function>
std::jthread shortly(Function function) {
    return std::jthread([function] {
        std::this_thread::sleep_for(soon);
        function();
    });
}

}  // namespace curfew::tests
