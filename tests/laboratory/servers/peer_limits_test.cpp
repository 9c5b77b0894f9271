#include "tests/laboratory/servers/peer_calls.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <map>
#include <string>

using namespace curfew::laboratory;
using namespace std::chrono_literals;

TEST_CASE("a signal, a thread, a greenlet and a process end what sleeps") {
    for (const auto& peer :
         installed("gunicorn-signal,gunicorn-thread,gunicorn-gevent-timeout,gunicorn-process")) {
        CAPTURE(peer.name);
        const auto seen = overrun(peer, "sleep", 4);
        CHECK(seen.status == 504);
        CHECK(seen.outcome == "timeout");
        CHECK(seen.elapsed >= 100ms);
        CHECK(seen.elapsed < 3500ms);
        CHECK(seen.worker_lives);
    }
}

TEST_CASE("a timer and stopit end what computes, and wait for what sleeps") {
    for (const auto& peer : installed("gunicorn-timer,gunicorn-stopit")) {
        CAPTURE(peer.name);
        CHECK(overrun(peer, "spin", 4).elapsed < 3500ms);
        const auto asleep = overrun(peer, "sleep", 0.8);
        CHECK(asleep.outcome == "timeout");
        CHECK(asleep.elapsed >= 800ms);
    }
}

TEST_CASE("a crash in a process of its own spares the worker") {
    for (const auto& peer : installed("gunicorn-process,gunicorn-thread")) {
        CAPTURE(peer.name);
        const auto seen = overrun(peer, "crash", 0.1);
        CHECK(seen.worker_lives == (peer.name == "gunicorn-process"));
        CHECK(seen.status == (seen.worker_lives ? 500 : 0));
    }
}

TEST_CASE("servers hold their limits by another worker, the proxy without") {
    struct Expected {
        int status;
        std::chrono::milliseconds least;
        bool worker_lives;
    };
    const std::map<std::string, Expected> all{{"gunicorn-sync", {0, 1s, false}},
                                              {"uwsgi-harakiri", {0, 1s, false}},
                                              {"php-fpm", {502, 1s, false}},
                                              {"nginx", {504, 100ms, true}}};
    std::map<std::string, std::future<Overrun>> running;
    for (const auto& peer : installed("gunicorn-sync,uwsgi,php-fpm,nginx")) {
        running[peer.name] =
            std::async(std::launch::async, [peer] { return overrun(peer, "sleep", 9); });
    }
    for (auto& [name, future] : running) {
        CAPTURE(name);
        const auto seen = future.get();
        const auto& expected = all.at(name);
        CHECK(seen.status == expected.status);
        CHECK(seen.elapsed >= expected.least);
        CHECK(seen.elapsed < 8500ms);
        CHECK(seen.worker_lives == expected.worker_lives);
    }
}

TEST_CASE("gunicorn does not see a greenlet that waits, only one that keeps the others from it") {
    for (const auto& peer : installed("gunicorn-gevent")) {
        auto sleeps = std::async(std::launch::async, overrun, peer, "sleep", 5.0);
        const auto computes = overrun(peer, "spin", 9);
        CHECK(computes.status == 0);
        CHECK_FALSE(computes.worker_lives);
        const auto asleep = sleeps.get();
        CHECK(asleep.outcome == "value");
        CHECK(asleep.worker_lives);
    }
}
