#include "worker/clients/listener.h"

#include "tests/worker/clients/test_worker.h"
#include "tests/worker/os/socket_pair.h"

#include <doctest/doctest.h>

#include <latch>
#include <vector>

using namespace curfew;
using namespace curfew::worker;

namespace {

/// On loopback; a client waits in its queue.
struct Queue {
    UniqueFd listening =
        checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
    UniqueFd client = connect_to(listening);
};

}  // namespace

TEST_CASE("a worker whose threads are all busy wants no places for clients that wait") {
    std::latch end{1};
    TestWorker worker;
    worker.pool = std::make_unique<ThreadPool>(worker.loop, 1);
    worker.router.post("/nap", [&](const Request&) {
        end.wait();
        return text("");
    });
    std::vector<UniqueFd> clients;  // whose bodies are awaited: none of them makes room
    for (int i = 0; i < 8; ++i) {
        clients.push_back(worker.connect());
        send_all(clients.back(), "POST /nap HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
    }
    worker.settle();
    Queue queue;
    Listener listener(*worker.context, *worker.connections, std::move(queue.listening));
    CHECK(worker.until([&] { return worker.context->places_wanted > 0; }));

    send_all(clients.front(), "x");

    CHECK(worker.until([&] { return worker.pool->saturated(); }));
    CHECK(worker.until([&] { return worker.context->places_wanted == 0; }));
    end.count_down();
    CHECK(worker.until([&] { return worker.served == 1; }));
}
