#include "tests/impair/path.h"
#include "tests/impair/tool.h"

#include <doctest/doctest.h>

using namespace curfew::tests;

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
