#include "master/diagnosis/waits_for.h"

#include "handlers/base/unique_fd.h"
#include "tests/master/victim.h"
#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <thread>

using namespace curfew;
using namespace curfew::master;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

Upstreams upstreams_with(const std::string& db) {
    BackendOptions options;
    options.db.address = db;
    return Upstreams(options);
}

std::string does(const Victim& victim, const Upstreams& upstreams, int client = -1) {
    return what_it_does(victim.pid(), victim.tid(), client, upstreams, Deadline::in(patience));
}

std::string does(const Victim& victim) { return does(victim, upstreams_with("127.0.0.1:3306")); }

sockaddr_storage v4(const char* host, std::uint16_t port) {
    sockaddr_storage address{};
    auto& in = reinterpret_cast<sockaddr_in&>(address);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &in.sin_addr);
    return address;
}

/// "127.0.0.1:40001"
sockaddr_storage v4(const std::string& address) {
    const auto colon = address.find(':');
    return v4(address.substr(0, colon).c_str(),
              static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
}

int connect_to(const std::string& address, int flags = 0) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | flags, 0);
    const auto peer = v4(address);
    static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&peer), sizeof(sockaddr_in)));
    return fd;
}

}  // namespace

TEST_CASE("who computes is said to, and who sleeps") {
    const Victim busy([](Told& told) { spin_in_a_named_function(told); });
    const Victim asleep([](Told&) { sleep_in_a_named_function(); });
    REQUIRE(busy.goes_on());
    REQUIRE(asleep.comes_to("clock_nanosleep"));

    CHECK(does(busy) == "computes");
    CHECK(does(asleep) == "waits in clock_nanosleep for time to pass");
}

TEST_CASE("a poll names its upstream, and not where it waits to be interrupted") {
    const Peer peer(say_nothing);
    const Victim victim([&](Told&) {
        pollfd fds[] = {{.fd = connect_to(peer.address()), .events = POLLIN, .revents = 0},
                        {.fd = -1, .events = 0, .revents = 0},
                        {.fd = ::eventfd(0, 0), .events = POLLIN, .revents = 0}};
        ::poll(fds, 3, -1);
    });
    REQUIRE(victim.comes_to("poll"));

    const auto text = does(victim, upstreams_with(peer.address()));

    CHECK(text.starts_with("waits in poll for fd "));
    CHECK(text.ends_with(" (db " + peer.address() + ")"));
    CHECK(does(victim).ends_with(" (" + peer.address() + ")"));
}

TEST_CASE("a read names its upstream, or the request's own client") {
    const Peer peer(say_nothing);
    const Victim victim([&](Told&) {
        char byte = 0;
        const int fd = connect_to(peer.address());
        ::dup2(fd, 100);
        static_cast<void>(::recv(100, &byte, 1, 0));
    });
    REQUIRE(victim.comes_to("recvfrom"));

    CHECK(does(victim, upstreams_with(peer.address())) ==
          "waits in recvfrom for fd 100 (db " + peer.address() + ")");
    CHECK(does(victim, upstreams_with(peer.address()), 100) ==
          "waits in recvfrom for fd 100 (its client)");
}

TEST_CASE("a connection that is still coming about has its upstream's name already") {
    const FullPort full;
    const Victim victim([&](Told&) {
        pollfd one{
            .fd = connect_to(full.address(), SOCK_NONBLOCK), .events = POLLOUT, .revents = 0};
        ::poll(&one, 1, -1);
    });
    REQUIRE(victim.comes_to("poll"));

    CHECK(does(victim, upstreams_with(full.address())).ends_with(" (db " + full.address() + ")"));
}

TEST_CASE("what is no socket is said as well") {
    const Victim victim([](Told&) {
        int ends[2];
        char byte = 0;
        if (::pipe(ends) == 0 && ::read(ends[0], &byte, 1) == 0) return;
    });
    REQUIRE(victim.comes_to("read"));

    CHECK(does(victim).find("(pipe:[") != std::string::npos);
}

TEST_CASE("a lock has a holder: the thread itself, or another") {
    const auto normal = [] {
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        return mutex;
    };
    const Victim alone([&](Told&) {
        auto mutex = normal();
        ::pthread_mutex_lock(&mutex);
        ::pthread_mutex_lock(&mutex);
    });
    const Victim waiting([&](Told& told) {
        auto mutex = normal();
        ::pthread_mutex_lock(&mutex);
        const std::thread other([&] {
            told.tid = ::gettid();
            ::pthread_mutex_lock(&mutex);
        });
        sleep_in_a_named_function();
    });
    REQUIRE(alone.comes_to("futex"));
    REQUIRE(wait_until([&] { return waiting.tid() != waiting.pid(); }));
    REQUIRE(waiting.comes_to("futex"));

    CHECK(does(alone) == "waits in futex for a lock that it holds itself");
    CHECK(does(waiting) ==
          "waits in futex for a lock that thread " + std::to_string(waiting.pid()) + " holds");
}

TEST_CASE("who is stopped or gone is not said to wait") {
    Victim victim([](Told&) { sleep_in_a_named_function(); });
    REQUIRE(victim.comes_to('S'));
    ::kill(victim.pid(), SIGSTOP);
    REQUIRE(victim.comes_to('T'));
    CHECK(does(victim) == "is stopped by a signal");

    ::kill(victim.pid(), SIGKILL);
    REQUIRE(victim.comes_to('Z'));
    CHECK(does(victim) == "has ended");
}

TEST_CASE("a poll that was interrupted is still one") {
    const Victim victim([](Told&) { ::poll(nullptr, 0, 1'000'000); });
    REQUIRE(victim.comes_to("poll"));
    ::kill(victim.pid(), SIGSTOP);
    REQUIRE(victim.comes_to('T'));
    ::kill(victim.pid(), SIGCONT);
    REQUIRE(victim.comes_to('S'));

    CHECK(wait_until([&] { return does(victim) == "waits in poll for time to pass"; }));
}

TEST_CASE("a line of /proc says which call it is, with its arguments") {
    const auto read = parse_system_call("0 0x5 0x7ffe 0x400 0x0 0x0 0x0 0x7ffe0 0x7f00\n", "");
    REQUIRE(read);
    CHECK(read->arguments[0] == 5);
    CHECK(read->arguments[2] == 0x400);

    CHECK_FALSE(parse_system_call("running\n", ""));
    CHECK_FALSE(parse_system_call("-1 0x7ffe 0x7f00\n", ""));
    CHECK_FALSE(parse_system_call("", ""));
    CHECK(parse_system_call("9999 0x1\n", "")->name == "system call 9999");

    const auto restarted = "219 0x1\n";
    CHECK(parse_system_call(restarted, "poll_schedule_timeout")->name == "poll");
    CHECK(parse_system_call(restarted, "futex_do_wait")->name == "futex");
    CHECK(parse_system_call(restarted, "do_syscall_64")->name == "clock_nanosleep");
    CHECK(parse_system_call(restarted, "")->name == "restart_syscall");
}

TEST_CASE("an upstream is known by its address, or by its port if it has a name") {
    BackendOptions options;
    options.db.address = "db.internal:3306";
    options.cache.servers = {"127.0.0.1:11211", "unix:/run/mc"};
    const Upstreams upstreams(options);

    CHECK(upstreams.name(v4("127.0.0.1", 11211)) == "cache 127.0.0.1:11211");
    CHECK(upstreams.name(v4("10.0.0.5", 3306)) == "db db.internal:3306 (10.0.0.5:3306)");
    CHECK(upstreams.name(v4("10.0.0.5", 11211)) == "10.0.0.5:11211");
    CHECK(upstreams.name(v4("10.0.0.5", 80)) == "10.0.0.5:80");
}
