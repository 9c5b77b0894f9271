#include <curfew/app.h>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace curfew;

namespace {

void note(const std::string& file, const std::string& text) {
    std::ofstream(file + ".new") << text;
    std::rename((file + ".new").c_str(), file.c_str());
}

pid_t copy(const Request& request) {
    const auto how = request.query("how").value_or("fork");
    if (how == "_Fork") return ::_Fork();
    if (how == "clone") return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    return ::fork();
}

/// Both go home.
Response back(const Request& request) {
    const pid_t child = copy(request);
    if (child == 0 && request.query("nap")) ::usleep(20'000);
    return text(child ? "parent" : "child");
}

Response by_throwing(const Request& request) {
    if (copy(request) == 0) throw std::runtime_error("the child's");
    return text("parent");
}

/// The child leaves in the midst of a function with a limit.
Response from_within(const Request& request) {
    const auto strategy = request.query("strategy").value_or("thread");
    return text(with_timeout(2s, strategy, [] { return ::fork() ? "parent" : "child"; }));
}

Response in_a_stream(const Request&) {
    return stream("text/plain", [sent = 0]() mutable -> std::optional<std::string> {
        if (++sent == 4) return std::nullopt;
        return ::fork() ? "parent " : "child ";
    });
}

Response with_end_seen(const Request&) {
    const pid_t child = ::fork();
    if (child == 0) return text("child");
    int status = 0;
    ::waitpid(child, &status, 0);
    return text(WIFEXITED(status) ? std::to_string(WEXITSTATUS(status)) : "signal");
}

/// The child never comes back; its pid is in a file.
Response stays(const Request&) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (;;) ::pause();
    }
    note("stays", std::to_string(child));
    return text("parent");
}

/// The grandchild neither, and gives its parent up.
Response daemonizes(const Request&) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        if (::fork() == 0) {
            note("daemon", std::to_string(::getpid()));
            for (;;) ::pause();
        }
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    return text("parent");
}

Response executes(const Request&) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/bin/sh", "sh", "-c", "exec sleep 300", nullptr);
        ::_exit(127);
    }
    note("executed", std::to_string(child));
    return text("parent");
}

}  // namespace

void routes(Router& router) {
    if (std::getenv("FORK_IN_ROUTES") && ::fork() == 0) return;
    router.get("/worker", [](const Request&) { return text(std::to_string(::getpid())); });
    router.get("/back", back);
    router.get("/back/:strategy", back).within(5s).by("thread");
    router.get("/throw", by_throwing);
    router.get("/within", from_within);
    router.get("/stream", in_a_stream);
    router.get("/seen", with_end_seen);
    router.get("/stays", stays);
    router.get("/daemon", daemonizes);
    router.get("/executes", executes);
}
