#include "master/workers/generations.h"

#include "master/os/directory.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace curfew::master;
using worker::WorkerState;

namespace {

Release release_of(int workers, const std::string& bind = "127.0.0.1:0") {
    Options options;
    options.workers = workers;
    options.bind = {bind};
    options.worker.app = "/proc/self/exe";  // any file: nobody loads it
    return {options, open_working_directory().get()};
}

/// Two workers, who are records only: there are no such processes. The next configuration has one.
struct Server {
    Workers workers{8, 1};
    Release next = release_of(1);
    Generations generations{release_of(2), [this] { return next; }, workers};
    pid_t last = 1000;

    Server() { fork_all(); }
    void fork_all() {
        while (const auto generation = generations.lacking()) {
            workers.add(++last, workers.free_slot().value(), *generation,
                        generations.options_of(*generation), {});
        }
    }
    void all_ready() {
        for (auto& child : workers) child.board().line().state.store(WorkerState::ready);
        generations.note_ready();
    }
};

}  // namespace

TEST_CASE("a reload forks as many workers as the new configuration has") {
    Server server;
    CHECK(server.workers.serving(1) == 2);

    REQUIRE(server.generations.reload());
    CHECK(server.generations.lacking() == 2);
    server.fork_all();

    CHECK(server.workers.serving(1) == 2);
    CHECK(server.workers.serving(2) == 1);
}

TEST_CASE("the workers of before go when the new ones are ready") {
    Server server;
    server.all_ready();
    REQUIRE(server.generations.reload());
    server.fork_all();

    server.generations.dismiss_surplus();
    CHECK(server.generations.reloading());
    CHECK(server.workers.serving(1) == 2);

    server.all_ready();
    server.generations.dismiss_surplus();
    CHECK_FALSE(server.generations.reloading());
    CHECK(server.workers.serving(1) == 0);
    CHECK(server.generations.current_has_served());
}

TEST_CASE(
    "a generation that cannot boot gives way to the one before, and its number is not reused") {
    Server server;
    server.all_ready();
    REQUIRE(server.generations.reload());

    CHECK(server.generations.undo_reload());
    CHECK(server.generations.current() == 1);
    CHECK(server.generations.target() == 2);
    CHECK_FALSE(server.generations.undo_reload());

    REQUIRE(server.generations.reload());
    CHECK(server.generations.current() == 3);
}

TEST_CASE("a configuration that needs a restart changes nothing") {
    Server server;

    server.next = release_of(1, "127.0.0.1:1");
    CHECK_FALSE(server.generations.reload());
    server.next = release_of(5);
    CHECK_FALSE(server.generations.reload());

    CHECK(server.generations.current() == 1);
    CHECK(server.generations.target() == 2);
    CHECK_FALSE(server.generations.reloading());
}
