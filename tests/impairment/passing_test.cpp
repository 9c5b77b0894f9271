#include "tests/impairment/path.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <future>
#include <random>
#include <vector>

using namespace curfew::tests;

namespace {

std::string random_bytes(std::size_t size, unsigned seed) {
    std::minstd_rand random(seed);
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

}  // namespace

TEST_CASE("without conditions bytes pass unchanged, both ways at once") {
    Path path;
    const auto up = random_bytes(3'000'000, 1);
    const auto down = random_bytes(3'000'001, 2);

    const auto send = [](Peer& peer, const std::string& bytes) {
        peer.send(bytes);
        peer.finish_sending();
    };
    auto sent_up = std::async(std::launch::async, [&] { send(path.client, up); });
    auto sent_down = std::async(std::launch::async, [&] { send(path.server, down); });
    auto received = std::async(std::launch::async, [&] { return path.server.read_all(); });
    const bool same_down = path.client.read_all() == down;
    const bool same_up = received.get() == up;

    CHECK(same_up);
    CHECK(same_down);
    CHECK(wait_until([&] { return path.proxy.connections() == 0; }));
}

TEST_CASE("the end of one direction is passed on, and the other goes on") {
    Path path;

    path.client.send("question");
    path.client.finish_sending();
    const auto question = path.server.read_all();
    path.server.send("answer");
    path.server.finish_sending();

    CHECK(question == "question");
    CHECK(path.client.read_all() == "answer");
    CHECK(!path.client.was_reset());
}

TEST_CASE("a reset is passed on, after what was sent before it") {
    Path path("down latency 50ms");

    path.server.send("half an ans");
    path.server.reset();

    CHECK(path.client.read_all() == "half an ans");
    CHECK(path.client.was_reset());
}

TEST_CASE("what a server has sent before it cut the request off still arrives") {
    Path path("down latency 100ms");

    path.server.send("no");
    path.server.reset();
    path.client.send("a request that nobody takes");

    CHECK(path.client.read_all() == "no");
    CHECK(path.client.was_reset());
}

TEST_CASE("a client whose server is not there is reset") {
    const auto nobody = [] { return Listener().port(); }();
    const Impaired proxy(nobody);

    auto client = Peer::connect(proxy.port());

    CHECK(client.read_all().empty());
    CHECK(client.was_reset());
}

TEST_CASE("a client that resets is gone for the server, too") {
    Path path;

    path.client.reset();

    CHECK(path.server.read_all().empty());
    CHECK(path.server.was_reset());
    CHECK(wait_until([&] { return path.proxy.connections() == 0; }));
}

TEST_CASE("two hundred connections keep their bytes apart") {
    constexpr int count = 200;
    Listener listener;
    Impaired proxy(listener.port(), "latency 20ms jitter 20ms");
    std::vector<Peer> clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(Peer::connect(proxy.port()));
        clients.back().send(std::to_string(i) + "\n");
        clients.back().finish_sending();
    }

    std::vector<Peer> servers;
    for (int i = 0; i < count; ++i) servers.push_back(listener.accept());
    for (auto& server : servers) {
        server.send("you are " + server.read_all());
        server.finish_sending();
    }

    for (int i = 0; i < count; ++i) {
        CHECK(clients[static_cast<std::size_t>(i)].read_all() ==
              "you are " + std::to_string(i) + "\n");
    }
    CHECK(wait_until([&] { return proxy.connections() == 0; }));
}

TEST_CASE("a sender feels a receiver that does not read, and nothing is lost") {
    Path path("up stall 0");

    const auto sent = path.client.fill();
    path.client.finish_sending();
    path.proxy.clear();

    CHECK(sent > 0);
    CHECK(sent < 16'000'000);  // what both kernels take at most, and a quarter of a MiB
    CHECK(path.server.read_all().size() == sent);
}
