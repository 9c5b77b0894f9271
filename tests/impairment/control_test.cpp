#include "tests/impairment/path.h"
#include "tests/impairment/tool.h"
#include "tests/support/wait_until.h"
#include "tools/impairment/address.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <memory>

using namespace curfew;
using namespace curfew::tests;

namespace {

/// A connection to a control socket that is kept.
class Holder {
  public:
    explicit Holder(const std::string& path)
        : socket_(checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
        const auto address = impairment::unix_address(path);
        checked(
            ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
    }

    [[nodiscard]] std::string ask(const std::string& line) const {
        const auto request = line + '\n';
        checked(static_cast<int>(::send(socket_.get(), request.data(), request.size(), 0)), "send");
        char bytes[1024];
        return {bytes,
                static_cast<std::size_t>(checked(
                    static_cast<int>(::recv(socket_.get(), bytes, sizeof bytes, 0)), "recv"))};
    }

  private:
    UniqueFd socket_;
};

}  // namespace

TEST_CASE("what is in force is shown in the words that set it") {
    const Listener listener;
    Impaired proxy(listener.port(), "latency 100ms");

    proxy.set("down jitter 20ms drip 1/20ms refuse");

    CHECK(proxy.ask("show") ==
          "ok up latency 100ms down latency 100ms jitter 20ms drip 1/20ms refuse");
    CHECK(proxy.ask("clear down") == "ok");
    CHECK(proxy.ask("show") == "ok up latency 100ms refuse");
    CHECK(proxy.ask("clear") == "ok");
    CHECK(proxy.ask("show") == "ok");
}

TEST_CASE("a wrong line is answered with what is wrong, and changes nothing") {
    const Listener listener;
    const Impaired proxy(listener.port(), "stall 1");

    for (const auto* line : {"", "set", "sett up", "show all", "set latency", "set down latency x",
                             "set up drip 1", "set stall -1", "set bandwidth 0", "set slow 1s",
                             "set latency 5s drip 0/1s", "clear everything"}) {
        CAPTURE(line);
        CHECK(proxy.ask(line).starts_with("error: "));
    }
    CHECK(proxy.ask("show") == "ok up stall 1 down stall 1");
}

TEST_CASE("an unknown word is quoted, with those there are") {
    const Listener listener;
    const Impaired proxy(listener.port());

    CHECK(proxy.ask("set down lag 1s") ==
          "error: \"lag\" is neither up, down, both nor one of refuse, latency, jitter, bandwidth, "
          "drip, stall, reset, slow-close, black-hole");
}

TEST_CASE("a line without an end is not collected for ever") {
    const Listener listener;
    const Impaired proxy(listener.port());

    CHECK(proxy.ask(std::string(100'000, 'x')).empty());
    CHECK(proxy.ask("show") == "ok");
}

TEST_CASE("a command can be sent from a shell") {
    const Listener listener;
    const Impaired proxy(listener.port());

    const auto good = run_impair({"control", proxy.control_socket(), "set", "down", "stall", "7"});
    const auto bad = run_impair({"control", proxy.control_socket(), "set", "nonsense"});
    const auto nobody = run_impair({"control", "/nonexistent", "show"});

    CHECK(good.status == 0);
    CHECK(good.out == "ok\n");
    CHECK(proxy.ask("show") == "ok down stall 7");
    CHECK(bad.status == 1);
    CHECK(bad.error.starts_with("error: \"nonsense\""));
    CHECK(nobody.status == 1);
    CHECK(nobody.error == "impair: /nonexistent: No such file or directory\n");
}

TEST_CASE("what is held is lifted when the last who holds it has gone, however it went") {
    const Listener listener;
    const Impaired proxy(listener.port());
    auto first = std::make_unique<Holder>(proxy.control_socket());
    auto second = std::make_unique<Holder>(proxy.control_socket());

    CHECK(first->ask("hold down latency 100ms") == "ok\n");
    CHECK(second->ask("hold down latency 100ms") == "ok\n");
    CHECK(second->ask("hold down lag 1s").starts_with("error: "));

    first.reset();
    for (int i = 0; i < 3; ++i) CHECK(proxy.ask("show") == "ok down latency 100ms");
    second.reset();
    CHECK(wait_until([&] { return proxy.ask("show") == "ok"; }));
}

TEST_CASE("who holds nothing lifts nothing by going") {
    const Listener listener;
    const Impaired proxy(listener.port(), "latency 100ms");

    CHECK(Holder(proxy.control_socket()).ask("hold down lag 1s").starts_with("error: "));
    CHECK(Holder(proxy.control_socket()).ask("show") == "ok up latency 100ms down latency 100ms\n");

    for (int i = 0; i < 3; ++i) {
        CHECK(proxy.ask("show") == "ok up latency 100ms down latency 100ms");
    }
}
