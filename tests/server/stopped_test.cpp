#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

int run(const std::string& command) { return std::system((command + " 2>/dev/null").c_str()); }

/// A file system of its own that can be frozen. A second process takes it away, also if this one
/// dies: what is frozen holds everyone who writes to it.
class FileSystem {
  public:
    FileSystem() {
        mounted_ = run("truncate -s 16M " + image() + " && mkfs.ext4 -q " + image() + " && mkdir " +
                       path() + " && mount -o loop " + image() + " " + path() + " && chmod 777 " +
                       path()) == 0;
        int ends[2];
        checked(::pipe2(ends, O_CLOEXEC), "pipe2");
        guard_ = checked(::fork(), "fork");
        if (guard_ == 0) {
            ::setsid();
            ::close(ends[1]);
            char ignored;
            while (::read(ends[0], &ignored, 1) > 0) continue;
            run("fsfreeze -u " + path());
            for (int i = 0; i < 100 && run("umount " + path()) != 0; ++i) ::usleep(50'000);
            run("rm -rf " + directory_);
            ::_exit(0);
        }
        ::close(ends[0]);
        pipe_.reset(ends[1]);
    }
    ~FileSystem() {
        pipe_.reset();
        ::waitpid(guard_, nullptr, 0);
    }
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }
    [[nodiscard]] std::string path() const { return directory_ + "/mounted"; }
    [[nodiscard]] bool freeze() const { return run("fsfreeze -f " + path()) == 0; }
    [[nodiscard]] bool thaw() const { return run("fsfreeze -u " + path()) == 0; }

  private:
    [[nodiscard]] std::string image() const { return directory_ + "/image"; }

    static std::string make_directory() {
        std::string name = std::filesystem::temp_directory_path() / "curfew-frozen-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
        return name;
    }

    std::string directory_ = make_directory();
    bool mounted_ = false;
    UniqueFd pipe_;
    pid_t guard_ = 0;
};

}  // namespace

TEST_CASE("a worker that is stopped is killed, and its clients are served by another") {
    const Server server({.workers = 1});
    const auto pid = server.worker();
    Client idle(server);
    Client busy(server);
    Client careful(server);
    CHECK(idle.get("/hello").status == 200);

    ::kill(pid, SIGSTOP);
    CHECK(server.logs("(pid " + std::to_string(pid) + ") was stopped: SIGSTOP"));
    idle.send(get_request("/hello"));
    busy.send(get_request("/delay/0.1"));

    CHECK(idle.read_reply().status == 200);
    CHECK(busy.read_reply().status == 200);
    CHECK(server.logs("(pid " + std::to_string(pid) + ") killed: it was stopped"));
}

TEST_CASE("a request in a worker that is stopped is answered at its limit") {
    const Server server(
        {.flags = {"--slow-request-limit", "20ms"},
         .config = "[[route]]\npattern = \"/delay/:seconds\"\nharakiri = \"500ms\"\n",
         .workers = 1});
    const auto pid = server.worker();
    Client client(server);
    client.send(get_request("/delay/9"));
    REQUIRE(server.logs("slow: request "));  // it has begun
    ::kill(pid, SIGSTOP);

    CHECK(client.read_reply().status == 504);
    CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a worker that is stopped and goes on is left alone") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    ::kill(pid, SIGSTOP);
    CHECK(server.logs("was stopped"));
    ::kill(pid, SIGCONT);

    CHECK(server.logs("(pid " + std::to_string(pid) + ") goes on"));
    CHECK(server.get("/delay/1.5").status == 200);
    CHECK(server.worker() == pid);
}

TEST_CASE("a worker that the kernel holds is answered for, and another takes its place") {
    const FileSystem files;
    if (!files.mounted() || !files.freeze()) {
        MESSAGE("not tested: no file system can be mounted and frozen here");
        return;
    }
    {
        const Server server(
            {.flags = {"--timeout", "300ms"},
             .app = test_app("freezes"),
             .workers = 1,
             .before_exec = [&] { ::setenv("FROZEN_FILE", (files.path() + "/file").c_str(), 1); }});
        const auto held = server.worker();
        Client idle(server);
        CHECK(idle.get("/hello").status == 200);

        CHECK(server.get("/freeze").status == 504);

        CHECK(server.get("/hello").status == 200);
        CHECK(idle.get("/hello").status == 200);
        CHECK(server.logs("(pid " + std::to_string(held) + ") does not die"));
        CHECK(is_alive(held));
        REQUIRE(files.thaw());
        CHECK(wait_until([&] { return !is_alive(held); }));
        CHECK(server.worker() != held);
    }
}
