#include "handlers/base/unique_fd.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <vector>

using namespace curfew::tests;

namespace {

Server server_of(const std::string& name) {
    return Server({.flags = {"--worker-class", name, "--threads", name == "threads" ? "2" : "1"},
                   .app = test_app("overflows"),
                   .workers = 1});
}

constexpr const char* classes[] = {"sync", "threads", "fiber"};

/// A file that whoever opens it waits for, much longer than a test does: a disk that does not
/// answer is like that.
class HeldFile {
  public:
    explicit HeldFile(const std::filesystem::path& path)
        : before_(std::signal(SIGIO, SIG_IGN)), fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
        REQUIRE(::fcntl(fd_.get(), F_SETLEASE, F_WRLCK) == 0);
    }
    ~HeldFile() {
        fd_.reset();
        std::signal(SIGIO, before_);
    }
    HeldFile(const HeldFile&) = delete;
    HeldFile& operator=(const HeldFile&) = delete;

  private:
    void (*before_)(int);
    curfew::UniqueFd fd_;
};

/// What a process has in memory, in KiB.
long resident(pid_t pid) { return std::stol(status_of(pid, "VmRSS")); }

}  // namespace

TEST_CASE("a stack overflow is named as such, with whose stack it was, the request and the calls") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);

        CHECK(server.get("/deep/100000", "X-Request-Id: abyss\r\n").status == 502);

        const auto whose = name == "sync" ? "main thread" : name == "threads" ? "thread" : "fiber";
        CHECK(
            server.logs("crashed: SIGSEGV (Segmentation fault): stack overflow: the stack of its " +
                        std::string(whose) + " has "));
        const auto report = server.log_line("exit report: ");
        CHECK(contains(report, "\"stack_overflow\":\"" + std::string(whose) + "\""));
        CHECK(contains(report, "\"id\":\"abyss\""));
        CHECK(contains(report, "\"route\":\"/deep/:kib\""));
        CHECK(contains(report, "\"culprit\":true"));
        CHECK(contains(report, "descend(unsigned long)"));
        CHECK(server.get("/deep/10").status == 200);
    }
}

TEST_CASE("also in a thread of a strategy") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);
        CHECK(server.get("/within/100000").status == 502);
        CHECK(server.logs(": stack overflow: the stack of its thread has "));
    }
}

TEST_CASE("any crash tells its calls, and is no stack overflow if it is none") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);

        CHECK(server.get("/null").status == 502);

        const auto report = server.log_line("exit report: ");
        CHECK(contains(report, "\"detail\":\"crashed: SIGSEGV (Segmentation fault)\""));
        CHECK(contains(report, "\"address\":\"0x0\""));
        CHECK(contains(report, "null(curfew::Request const&)"));
        CHECK_FALSE(contains(report, "stack_overflow"));
    }
    const auto server = server_of("sync");
    CHECK(server.get("/abort").status == 502);
    CHECK(contains(server.log_line("exit report: "), "abort"));
}

TEST_CASE("a stack overflow says nothing about the crashes of later workers") {
    const Server server(
        {.flags = {"--circuit-breaker", "0"}, .app = test_app("overflows"), .workers = 1});
    CHECK(server.get("/deep/100000").status == 502);
    REQUIRE(server.logs("\"stack_overflow\":"));

    for (int i = 0; i < 3; ++i) CHECK(server.get("/abort").status == 502);

    CHECK(wait_until([&] { return count(server.log(), "exit report: ") == 4; }));
    CHECK(count(server.log(), "crashed: SIGABRT (Aborted)\"") == 3);
    CHECK(count(server.log(), "\"stack_overflow\":") == 1);
}

TEST_CASE("a file that cannot be read costs a crash its stack, and nobody else anything") {
    namespace fs = std::filesystem;
    const auto server = server_of("sync");
    const auto library = server.directory() / "libbeside.so";
    // What /proc/PID/maps calls the library once it has been removed.
    const auto held = server.directory() / "libbeside.so (deleted)";
    for (const auto& file : {library, held}) {
        fs::copy(fs::path(test_app("overflows")).parent_path() / "libbeside.so", file);
    }
    REQUIRE(server.get("/load").body == "loaded");
    const HeldFile file(held);
    fs::remove(library);

    CHECK(server.get("/crash_in_library").status == 502);

    CHECK(server.get("/deep/10").status == 200);
    const auto report = server.log_line("exit report: ");
    CHECK(contains(report, "\"address\":\"0x0\""));
    CHECK_FALSE(contains(report, "\"stack\""));
    CHECK(server.logs("reading the stack of a crash took too long"));
}

TEST_CASE("who has sent the signal is said") {
    const auto server = server_of("sync");
    ::kill(server.worker(), SIGSEGV);
    CHECK(server.logs("crashed: SIGSEGV (Segmentation fault), sent by process " +
                      std::to_string(::getpid())));
}

TEST_CASE("of several requests, the one that crashed is marked") {
    for (const std::string name : {"threads", "fiber"}) {
        CAPTURE(name);
        const auto server = server_of(name);
        Client other(server);
        other.send(get_request("/nap", "X-Request-Id: innocent\r\n"));
        CHECK(server.get("/null", "X-Request-Id: guilty\r\n").status == 502);

        const auto report = server.log_line("exit report: ");
        const auto guilty = report.find("\"id\":\"guilty\"");
        REQUIRE(guilty != std::string::npos);
        CHECK(report.find("\"culprit\":true") > guilty);
        CHECK(count(report, "\"culprit\":true") == 1);
    }
}

TEST_CASE("an application may handle its crashes itself") {
    for (const std::string name : classes) {
        const auto server = server_of(name);
        CHECK(server.get("/handled").status == 502);
        CHECK(server.logs("exited with status 77"));
    }
}

TEST_CASE("a fiber has room for 700 KiB on its stack, and gives that back") {
    const auto server = server_of("fiber");
    const auto worker = server.worker();
    CHECK(server.get("/deep/700").status == 200);

    std::vector<Client> clients;
    const auto before = resident(worker);
    for (int i = 0; i < 32; ++i) {
        clients.emplace_back(server);
        clients.back().send(get_request("/deep/700"));
    }
    for (auto& client : clients) CHECK(client.read_reply().status == 200);
    for (int i = 0; i < 200; ++i) CHECK(server.get("/deep/1").status == 200);

    CHECK(resident(worker) < before + 8 * 1024);
}
