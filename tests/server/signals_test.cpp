#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

using namespace curfew::tests;

TEST_CASE("a terminal that is resized tells everybody, and means nobody") {
    const Server server;
    for (const pid_t pid : server.workers(2)) ::kill(pid, SIGWINCH);

    for (int i = 0; i < 10; ++i) CHECK(server.get("/hello").status == 200);

    CHECK(server.workers(2).size() == 2);
}

TEST_CASE("SIGTTIN adds a worker and SIGTTOU dismisses the youngest") {
    const Server server;
    const auto first = server.workers(2);

    server.signal(SIGTTIN);
    const auto more = server.workers(3);
    server.signal(SIGTTOU);
    const auto after = server.workers(2);

    CHECK(more.size() == 3);
    CHECK(after == first);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("the last worker is not dismissed") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    server.signal(SIGTTOU);
    REQUIRE(server.logs("1 workers from now on"));

    CHECK(server.worker() == pid);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a dismissed worker finishes what it has") {
    const Server server({.flags = {"--threads", "2"}});
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server);
        clients.back().send(get_request("/delay/1"));
    }
    REQUIRE(server.get("/hello").status == 200);  // the delays were accepted before this

    server.signal(SIGTTOU);

    for (auto& client : clients) CHECK(client.read_reply().status == 200);
    CHECK(server.workers(1).size() == 1);
}

TEST_CASE("signals that a terminal sends to all leave the workers to the master") {
    const Server server;
    const auto before = server.workers(2);

    for (const auto pid : before) {
        for (const int signal : {SIGINT, SIGQUIT, SIGTTIN}) ::kill(pid, signal);
    }

    CHECK(server.get("/hello").status == 200);
    CHECK(server.workers(2) == before);
}

namespace {

/// Those that stop a process, for a while or for good, by their own meaning or by the master's.
bool is_to_stop(int signal) {
    for (const int stopping : {SIGKILL, SIGSTOP, SIGTSTP, SIGTERM, SIGINT, SIGQUIT}) {
        if (signal == stopping) return true;
    }
    return false;
}

/// Those with which a process reports its own faults.
bool is_fault(int signal) {
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
        if (signal == fault) return true;
    }
    return false;
}

bool is_realtime(int signal) { return signal >= SIGRTMIN; }

/// The master acts upon these, or the kernel does.
bool has_a_meaning(int signal) {
    for (const int known : {SIGHUP, SIGUSR1, SIGCHLD, SIGCONT, SIGTTIN, SIGTTOU, SIGWINCH, SIGURG,
                            SIGPIPE, SIGXFSZ}) {
        if (signal == known) return true;
    }
    return signal > SIGSYS && signal < SIGRTMIN;  // glibc's own
}

std::string ignored(int signal) {
    if (is_realtime(signal)) return "ignored SIGRTMIN+" + std::to_string(signal - SIGRTMIN) + " ";
    return "ignored SIG" + std::string(::sigabbrev_np(signal)) + " (";
}

/// The processes below a worker that run functions for it, and the one that forks them.
std::vector<pid_t> helpers_of(pid_t worker) {
    std::vector<pid_t> all;
    for (const pid_t zygote : children_of(worker)) {
        all.push_back(zygote);
        for (const pid_t helper : children_of(zygote)) all.push_back(helper);
    }
    return all;
}

}  // namespace

TEST_CASE("no signal ends the master but those that are to stop it") {
    const Server server({.workers = 1});
    REQUIRE(server.get("/hello").status == 200);

    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (!is_to_stop(signal)) server.signal(signal);
    }

    CHECK(server.logs("SIGHUP: replacing the workers"));
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (is_to_stop(signal) || has_a_meaning(signal)) continue;
        CAPTURE(signal);
        CHECK(server.logs(ignored(signal)));
    }
    CHECK_FALSE(server.ended());
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("no signal ends a worker but those of faults and those that are to stop it") {
    const Server server({.workers = 1});
    const auto worker = server.worker();

    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (is_to_stop(signal) || is_fault(signal) || signal == SIGTTOU) continue;
        ::kill(worker, signal);
    }

    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (is_to_stop(signal) || is_fault(signal) || has_a_meaning(signal)) continue;
        // Strategy alarm and the inspection of stuck requests use these two.
        if (signal == SIGRTMIN + 4 || signal == SIGRTMIN + 5) continue;
        CAPTURE(signal);
        CHECK(server.logs("worker " + std::to_string(worker) + ": " + ignored(signal)));
    }
    CHECK(server.get("/hello").status == 200);
    CHECK(server.worker() == worker);
}

TEST_CASE("no such signal ends a keeper, a helper, or the process that forks the helpers") {
    const Server server({.flags = {"--helpers", "2"}, .app = test_app("processes"), .workers = 1});
    const auto worker = server.worker();
    std::vector<pid_t> found;
    REQUIRE(wait_until([&] { return (found = helpers_of(worker)).size() == 3; }));
    for (const pid_t child : children_of(server.master())) {
        if (contains(title_of(child), ": keeper ")) found.push_back(child);
    }
    REQUIRE(found.size() == 4);

    for (const pid_t pid : found) {
        CAPTURE(title_of(pid));
        for (int signal = 1; signal <= SIGRTMAX; ++signal) {
            if (is_to_stop(signal) || is_fault(signal)) continue;
            ::kill(pid, signal);
        }
    }
    ::kill(worker, SIGUSR2);

    REQUIRE(server.logs("ignored SIGUSR2"));
    CHECK(server.get("/pid").status == 200);
    for (const pid_t pid : found) CHECK(is_alive(pid));
    CHECK(helpers_of(worker).size() == 3);
    CHECK(server.worker() == worker);
}

TEST_CASE("a file size limit costs lines of the logs, and no process") {
    constexpr rlim_t limit = rlim_t{65} << 20;  // the workers' shared memory is a file as well
    const Server server(
        {.flags = {"--access-logfile", "access.log"}, .workers = 1, .before_exec = [] {
             const rlimit files{.rlim_cur = limit, .rlim_max = limit};
             if (::setrlimit(RLIMIT_FSIZE, &files) != 0) ::_exit(1);
         }});
    const auto worker = server.worker();
    const auto url = server.url();
    const auto error_log = server.directory() / "error";
    const auto size = std::filesystem::file_size(error_log);
    std::filesystem::resize_file(server.directory() / "access.log", limit);
    std::filesystem::resize_file(error_log, limit);

    server.signal(SIGUSR2);  // each writes a line
    ::kill(worker, SIGUSR2);
    for (int i = 0; i < 3; ++i) {
        Client client(url);
        CHECK(client.get("/hello").status == 200);
    }
    std::filesystem::resize_file(error_log, size);
    server.signal(SIGTTIN);

    CHECK(server.logs("2 workers from now on"));
    CHECK(is_alive(worker));
    CHECK(std::filesystem::file_size(server.directory() / "access.log") == limit);
    CHECK_FALSE(server.ended());
}

TEST_CASE("a file size limit below what workers need stops the server before it listens") {
    const Server server({.before_exec = [] {
        const rlimit files{.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
        if (::setrlimit(RLIMIT_FSIZE, &files) != 0) ::_exit(1);
    }});

    CHECK(server.exit_status() == 1);
    CHECK(contains(server.log(), "the limit of file sizes is 1024 KiB"));
    CHECK_FALSE(contains(server.log(), "listening on"));
}
