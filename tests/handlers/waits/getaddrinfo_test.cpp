#include "handlers/base/error.h"
#include "handlers/base/unique_fd.h"
#include "handlers/context/call_context.h"
#include "handlers/context/known_names.h"
#include "handlers/context/name_lookup.h"
#include "handlers/timeouts/strategy.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/support/name_server.h"
#include "tests/support/wait_until.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netdb.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

const std::string no_time = "error " + std::to_string(EAI_FAIL);
const std::string again = "error " + std::to_string(EAI_AGAIN);
constexpr int slow_enough = 1500;  ///< ms; libc gives up after 2 s, and a limit is 100 ms

std::string number_of(const addrinfo& entry) {
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];
    const int error = ::getnameinfo(entry.ai_addr, entry.ai_addrlen, host, sizeof host, port,
                                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    return error == 0 ? std::string(host) + " " + port : ::gai_strerror(error);
}

/// What came of it, each entry with all that it says; sorted, as the order is for the two to
/// choose.
std::string ask(const char* name, const char* service, const addrinfo* hints) {
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(name, service, hints, &list);
    if (error != 0) return "error " + std::to_string(error);
    std::vector<std::string> all;
    for (const auto* each = list; each != nullptr; each = each->ai_next) {
        all.push_back(number_of(*each) + " family " + std::to_string(each->ai_family) + " type " +
                      std::to_string(each->ai_socktype) + " protocol " +
                      std::to_string(each->ai_protocol));
    }
    if (list->ai_canonname) all.push_back("canonical " + std::string(list->ai_canonname));
    ::freeaddrinfo(list);
    std::sort(all.begin(), all.end());
    std::string text;
    for (const auto& each : all) text.append(each).append("\n");
    return text;
}

std::string ask_in_time(const char* name, const char* service = nullptr,
                        const addrinfo* hints = nullptr) {
    const ContextScope scope(Deadline::in(20s));
    return ask(name, service, hints);
}

std::chrono::milliseconds time_of(const std::function<void()>& function) {
    const auto start = Deadline::Clock::now();
    function();
    return std::chrono::duration_cast<std::chrono::milliseconds>(Deadline::Clock::now() - start);
}

}  // namespace

TEST_CASE("getaddrinfo under a limit answers what libc answers") {
    const NameServer server(NameServer::Zone{{"four.test", {"127.0.0.2", "127.0.0.3"}},
                                             {"six.test", {"::1"}},
                                             {"both.test", {"127.0.0.4", "::1"}}});
    const AsksNameServer asks(server.port());
    struct Hints {
        int flags;
        int family;
        int type;
    };
    for (const auto& [flags, family, type] :
         std::vector<Hints>{{0, AF_UNSPEC, 0},
                            {0, AF_UNSPEC, SOCK_STREAM},
                            {0, AF_INET, SOCK_DGRAM},
                            {0, AF_INET6, SOCK_STREAM},
                            {AI_CANONNAME, AF_UNSPEC, SOCK_STREAM},
                            {AI_V4MAPPED, AF_INET6, SOCK_STREAM},
                            {AI_V4MAPPED | AI_ALL, AF_INET6, SOCK_STREAM},
                            {AI_NUMERICSERV, AF_UNSPEC, SOCK_STREAM},
                            {AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM},
                            {AI_PASSIVE, AF_UNSPEC, SOCK_STREAM}}) {
        for (const auto* const name : {"four.test", "six.test", "both.test", "unknown.test",
                                       "127.0.0.1", "::1", "127.1", "a name that is none"}) {
            for (const auto* const service : {"80", "http", "no such service", ""}) {
                CAPTURE(std::string(name));
                CAPTURE(std::string(service));
                CAPTURE(flags);
                CAPTURE(family);
                CAPTURE(type);
                addrinfo hints{};
                hints.ai_flags = flags;
                hints.ai_family = family;
                hints.ai_socktype = type;
                const auto* const asked = *service == '\0' ? nullptr : service;
                CHECK(ask_in_time(name, asked, &hints) == ask(name, asked, &hints));
            }
        }
    }
    CHECK(ask_in_time("both.test", "80") == ask("both.test", "80", nullptr));
    CHECK(ask_in_time(nullptr, "80") == ask(nullptr, "80", nullptr));
}

TEST_CASE("localhost is this machine, and nobody is asked") {
    const NameServer server(NameServer::Zone{{"localhost", {"192.0.2.1"}}});
    const AsksNameServer asks(server.port());
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    for (const auto* const name : {"localhost", "LocalHost.", "here.localhost"}) {
        CAPTURE(std::string(name));
        hints.ai_family = AF_INET;
        CHECK(ask_in_time(name, "80", &hints).starts_with("127.0.0.1 80 "));
        hints.ai_family = AF_INET6;
        CHECK(ask_in_time(name, "80", &hints).starts_with("::1 80 "));
        hints.ai_family = AF_UNSPEC;
        const auto both = ask_in_time(name, "80", &hints);
        CHECK(both.find("127.0.0.1 80 ") != both.npos);
    }
    CHECK(server.questions() == 0);
}

TEST_CASE("a search domain that the thread has set is searched") {
    const NameServer server(NameServer::Zone{{"host.inner.test", {"127.0.0.9"}}});
    const AsksNameServer asks(server.port());
    char domain[] = "inner.test";
    _res.dnsrch[0] = domain;
    _res.dnsrch[1] = nullptr;

    CHECK(ask_in_time("host", "80") == ask("host", "80", nullptr));
    CHECK(ask_in_time("host", "80").starts_with("127.0.0.9 80"));
}

TEST_CASE("a look-up that gets no answer ends under those strategies that say so") {
    const NameServer server(NameServer::Zone{{"silent.test", {}}});
    std::vector<std::jthread> threads;
    for (const auto* const by : strategies()) {
        if (by->name() == "process" || by->name() == "fork") continue;  // see names_test.cpp
        threads.emplace_back([by, port = server.port()] {
            const auto time = time_of([&] {
                try {
                    with_timeout(100ms, by->name(), [port] {
                        const AsksNameServer asks(port);
                        const auto answer = ask("silent.test", nullptr, nullptr);
                        CHECK(answer == (curfew::call_context().expired() ? no_time : again));
                    });
                } catch (const TimeoutError&) {
                }
            });
            CAPTURE(by->name());
            CHECK((time.count() < slow_enough) == by->guarantees().name_lookup);
        });
    }
    threads.clear();
    CHECK(server.questions() > 0);
}

TEST_CASE("a name server that does not run is told from a name that there is not") {
    std::uint16_t port = 0;
    { port = NameServer(NameServer::Zone{}).port(); }
    const AsksNameServer asks(port);

    CHECK(ask_in_time("closed.test") == again);
}

TEST_CASE("without time nobody is asked") {
    const NameServer server(NameServer::Zone{{"quick.test", {"127.0.0.1"}}});
    const AsksNameServer asks(server.port());
    const ContextScope scope(Deadline::in(0s));

    CHECK(ask("quick.test", nullptr, nullptr) == no_time);
    CHECK(server.questions() == 0);
}

TEST_CASE("what was found is known for as long as the server says, and a second at least") {
    for (const std::uint32_t life : {0U, 3600U}) {
        CAPTURE(life);
        const auto name = "known" + std::to_string(life) + ".test";
        const NameServer server(NameServer::Zone{{name, {"127.0.0.5"}}}, life);
        const AsksNameServer asks(server.port());
        const ContextScope scope(Deadline::in(20s));

        const auto first = look_up(name, AF_INET);
        REQUIRE(first.state == HostAddresses::State::found);
        CHECK(server.questions() == 1);
        if (life > 0) {
            CHECK(look_up(name, AF_INET).texts == first.texts);
            CHECK(server.questions() == 1);
        } else {
            CHECK(wait_until([&] {
                static_cast<void>(look_up(name, AF_INET));
                return server.questions() == 2;
            }));
        }
    }
}

TEST_CASE("a bounded number of names is known") {
    KnownNames names;
    const HostAddresses host{.state = HostAddresses::State::found, .texts = {"127.0.0.1"}};
    for (std::size_t i = 0; i < 3 * KnownNames::most; ++i) {
        names.keep(std::to_string(i), AF_INET, host, 1h);
    }

    CHECK(names.find(std::to_string(3 * KnownNames::most - 1), AF_INET).has_value());
    CHECK_FALSE(names.find("0", AF_INET).has_value());
    CHECK_FALSE(names.find(std::to_string(3 * KnownNames::most - 1), AF_INET6).has_value());
}
