#include "tests/worker/http/reading.h"
#include "tests/worker/clients/talk.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

TEST_CASE("a draining worker answers once more, and says that it was the last time") {
    Talk talk;
    CHECK(talk.say(hello) == answer("200 OK", "hello\n"));

    talk.worker.context->draining = true;
    talk.worker.connections->drain();

    CHECK(talk.say(hello) == answer("200 OK", "hello\n", "close"));
    CHECK(at_end(talk.client));
}

TEST_CASE("an idle connection of a draining worker ends soon, without a word") {
    Talk talk;
    CHECK(talk.say(hello) == answer("200 OK", "hello\n"));

    talk.worker.context->draining = true;
    talk.worker.connections->drain();

    CHECK(talk.worker.until([&] { return talk.gone(); }));
    CHECK(at_end(talk.client));
}

TEST_CASE("the last answer survives what the client sends after it") {
    // Closing with unread input would reset the connection, and the answer with it.
    Talk talk(true);
    talk.worker.options.keepalive = 0s;
    std::string many;
    for (int i = 0; i < 3000; ++i) many.append(hello);
    send_all(talk.client, many);
    talk.worker.settle();
    // Once more than that, when the server has said its last word.
    send_all(talk.client, hello);
    talk.worker.settle();

    std::string got;
    char part[4096];
    ssize_t count = 0;
    while ((count = ::recv(talk.client.get(), part, sizeof part, 0)) > 0) {
        got.append(part, static_cast<std::size_t>(count));
    }

    CHECK(count == 0);
    CHECK(plain(got) == answer("200 OK", "hello\n", "close"));
}
