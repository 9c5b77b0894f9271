#include "limited_calls.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// Waits until a descriptor is readable, by each function that can.
struct Selector {
    const char* name;
    std::function<long(int fd, std::optional<std::chrono::milliseconds> timeout,
                       const sigset_t* mask)>
        call;
    bool has_mask = false;
};

timespec to_time(std::chrono::milliseconds time) {
    return {.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
}

int to_number(std::optional<std::chrono::milliseconds> timeout) {
    return timeout ? static_cast<int>(timeout->count()) : -1;
}

/// An epoll descriptor that watches the other one.
class Watching {
  public:
    explicit Watching(int fd)
        : epoll_(checked_fd(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }

    [[nodiscard]] int get() const noexcept { return epoll_.get(); }

  private:
    UniqueFd epoll_;
};

const std::vector<Selector>& selectors() {
    static const std::vector<Selector> all{
        {"poll",
         [](int fd, auto timeout, auto*) {
             pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
             return ::poll(&wanted, 1, to_number(timeout));
         }},
        {"ppoll",
         [](int fd, auto timeout, auto* mask) {
             pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
             const auto time = to_time(timeout.value_or(0ms));
             return ::ppoll(&wanted, 1, timeout ? &time : nullptr, mask);
         },
         true},
        {"select",
         [](int fd, auto timeout, auto*) {
             fd_set set;
             FD_ZERO(&set);
             FD_SET(fd, &set);
             const auto time = to_time(timeout.value_or(0ms));
             timeval left{.tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000};
             const int ready = ::select(fd + 1, &set, nullptr, nullptr, timeout ? &left : nullptr);
             if (ready >= 0) CHECK((FD_ISSET(fd, &set) != 0) == (ready == 1));
             if (timeout && ready == 1) CHECK(left.tv_sec + left.tv_usec > 0);
             return ready;
         }},
        {"pselect",
         [](int fd, auto timeout, auto* mask) {
             fd_set set;
             FD_ZERO(&set);
             FD_SET(fd, &set);
             const auto time = to_time(timeout.value_or(0ms));
             const int ready =
                 ::pselect(fd + 1, &set, nullptr, nullptr, timeout ? &time : nullptr, mask);
             if (ready >= 0) CHECK((FD_ISSET(fd, &set) != 0) == (ready == 1));
             return ready;
         },
         true},
        {"epoll_wait",
         [](int fd, auto timeout, auto*) {
             epoll_event event{};
             return ::epoll_wait(Watching(fd).get(), &event, 1, to_number(timeout));
         }},
        {"epoll_pwait",
         [](int fd, auto timeout, auto* mask) {
             epoll_event event{};
             return ::epoll_pwait(Watching(fd).get(), &event, 1, to_number(timeout), mask);
         },
         true},
        {"epoll_pwait2",
         [](int fd, auto timeout, auto* mask) {
             epoll_event event{};
             const auto time = to_time(timeout.value_or(0ms));
             return ::epoll_pwait2(Watching(fd).get(), &event, 1, timeout ? &time : nullptr, mask);
         },
         true},
    };
    return all;
}

template <typename Test>
void for_each_selector(Test test) {
    for (const auto& selector : selectors()) {
        CAPTURE(std::string(selector.name));
        for_each_limit([&](const char* strategy) { test(selector, strategy); });
    }
}

std::atomic<int> signals{0};

}  // namespace

TEST_CASE("what is ready already is found at once, and what gets ready ends the wait") {
    for_each_selector([](const Selector& selector, const char* strategy) {
        for (const auto timeout : {std::optional<std::chrono::milliseconds>{}, {10s}}) {
            const Pair pair;
            const auto wait = [&] { return selector.call(pair.ours.get(), timeout, nullptr); };
            {
                const auto peer = shortly([&] { pair.say("x"); });
                CHECK(limited(strategy, late, wait) == done(1));
            }
            CHECK(limited(strategy, late, wait) == done(1));
        }
    });
}

TEST_CASE("at the limit nothing is ready, and the same is found ready later") {
    for_each_selector([](const Selector& selector, const char* strategy) {
        for (const auto timeout : {std::optional<std::chrono::milliseconds>{}, {20s}}) {
            const Pair pair;
            const auto wait = [&] { return selector.call(pair.ours.get(), timeout, nullptr); };
            const auto start = Deadline::Clock::now();
            // Of a socket, poll() without a timeout says that it has failed.
            const bool fails = !timeout && std::string_view(selector.name).ends_with("poll");
            CHECK(limited(strategy, soon, wait) == done(fails ? 1 : 0));
            CHECK_FALSE(Deadline::after(start, 10s).passed());
            pair.say("x");
            CHECK(limited(strategy, late, wait) == done(1));
            CHECK(outcome_of(wait) == done(1));
        }
    });
}

TEST_CASE("a timeout of its own ends the wait if it ends sooner; one of 0 only looks") {
    for_each_selector([](const Selector& selector, const char* strategy) {
        const Pair pair;
        const auto start = Deadline::Clock::now();
        for (const auto timeout : {0ms, 50ms}) {
            CHECK(limited(strategy, late, [&] {
                      return selector.call(pair.ours.get(), timeout, nullptr);
                  }) == done(0));
        }
        CHECK_FALSE(Deadline::after(start, late).passed());
        CHECK(Deadline::after(start, 50ms).passed());
    });
}

TEST_CASE("a signal that only the wait's mask lets come ends the wait with EINTR") {
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals; };
    struct sigaction before {};
    ::sigaction(SIGUSR2, &action, &before);
    sigset_t blocked;
    sigset_t usual;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR2);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &usual);
    for_each_selector([&](const Selector& selector, const char* strategy) {
        if (!selector.has_mask) return;
        const Pair pair;
        const auto waiter = ::pthread_self();
        const auto wait = [&] {
            return limited(strategy, late,
                           [&] { return selector.call(pair.ours.get(), std::nullopt, &usual); });
        };
        signals = 0;
        {
            const auto peer = shortly([&] { ::pthread_kill(waiter, SIGUSR2); });
            CHECK(wait() == failed(EINTR));
        }
        CHECK(signals == 1);
        ::pthread_kill(waiter, SIGUSR2);
        CHECK(wait() == failed(EINTR));
        CHECK(signals == 2);
    });
    ::pthread_sigmask(SIG_SETMASK, &usual, nullptr);
    ::sigaction(SIGUSR2, &before, nullptr);
}

TEST_CASE("select tells readable from writable, and does not spin where a peer has gone") {
    for_each_limit([](const char* strategy) {
        const Pair quiet;
        const Pair spoken;
        spoken.say("x");
        Pipe pipe;
        pipe.write.reset();
        const auto in = [](std::initializer_list<int> fds) {
            fd_set set;
            FD_ZERO(&set);
            for (const int fd : fds) FD_SET(fd, &set);
            return set;
        };
        auto readable = in({quiet.ours.get(), spoken.ours.get()});
        auto writable = in({quiet.ours.get()});
        auto urgent = in({spoken.ours.get()});
        CHECK(limited(strategy, late, [&] {
                  return ::select(FD_SETSIZE, &readable, &writable, &urgent, nullptr);
              }) == done(2));
        CHECK_FALSE(FD_ISSET(quiet.ours.get(), &readable));
        CHECK(FD_ISSET(spoken.ours.get(), &readable));
        CHECK(FD_ISSET(quiet.ours.get(), &writable));
        CHECK_FALSE(FD_ISSET(spoken.ours.get(), &urgent));

        urgent = in({pipe.read.get()});
        timespec busy{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy);
        CHECK(limited(strategy, 300ms, [&] {
                  return ::select(FD_SETSIZE, nullptr, nullptr, &urgent, nullptr);
              }) == done(0));
        timespec after{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        CHECK((after.tv_sec - busy.tv_sec) * 1000 + (after.tv_nsec - busy.tv_nsec) / 1'000'000 <
              150);
        CHECK_FALSE(FD_ISSET(pipe.read.get(), &urgent));
        CHECK(limited(strategy, soon,
                      [] { return ::select(0, nullptr, nullptr, nullptr, nullptr); }) == done(0));
    });
}

TEST_CASE("what is wrong is said as ever") {
    for_each_limit([](const char* strategy) {
        const auto call = [&](auto function) { return limited(strategy, late, function); };
        fd_set set;
        FD_ZERO(&set);
        UniqueFd closed(checked_fd(::fcntl(Pair().ours.get(), F_DUPFD_CLOEXEC, 200), "fcntl"));
        FD_SET(closed.get(), &set);
        closed.reset();
        timeval negative{.tv_sec = -1, .tv_usec = 0};
        CHECK(call([&] { return ::select(FD_SETSIZE, &set, nullptr, nullptr, nullptr); }) ==
              failed(EBADF));
        CHECK(call([&] { return ::select(-1, nullptr, nullptr, nullptr, nullptr); }) ==
              failed(EINVAL));
        CHECK(call([&] { return ::select(0, nullptr, nullptr, nullptr, &negative); }) ==
              failed(EINVAL));
        epoll_event event{};
        CHECK(call([&] { return ::epoll_wait(-1, &event, 1, -1); }) == failed(EBADF));
        const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
        CHECK(call([&] { return ::epoll_wait(epoll.get(), &event, 0, -1); }) == failed(EINVAL));
    });
}
