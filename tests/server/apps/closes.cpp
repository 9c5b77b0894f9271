#include <curfew/app.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace curfew;

namespace {

int of_the_application = -1;

void close_one_by_one() {
    for (int fd = 3; fd < 256; ++fd) ::close(fd);
}

void close_as(const std::string& how) {
    if (how == "loop") close_one_by_one();
    if (how == "range") ::close_range(3, ~0U, 0);
    if (how == "from") ::closefrom(3);
    if (how == "dup2") {
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 3; fd < 256; ++fd) {
            if (fd != null) ::dup2(null, fd);
        }
        close_one_by_one();
    }
    if (how == "stdio") {
        for (int fd = 3; fd < 256; ++fd) {
            if (FILE* const file = ::fdopen(fd, "r")) std::fclose(file);
        }
        if (std::fclose(stdout) == 0) std::abort();
    }
    if (how == "system_call") {
        for (int fd = 3; fd < 256; ++fd) ::syscall(SYS_close, fd);
    }
}

Response careless(const Request& request) {
    const int own = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    close_as(request.param("how"));
    return text(::fcntl(own, F_GETFD) < 0 ? "closed its own" : "has something open");
}

Response harmful(const Request& request) {
    const auto& how = request.param("how");
    for (int fd = 3; fd < 256; ++fd) {
        if (how == "shutdown") ::shutdown(fd, SHUT_RDWR);
        const int flags = ::fcntl(fd, F_GETFL);
        if (flags < 0) continue;
        if (how == "blocking") ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
        if (how == "blocking64") ::fcntl64(fd, F_SETFL, flags & ~O_NONBLOCK);
    }
    return text("done");
}

/// Uses all descriptors up, and answers with its pid.
Response leak(const Request&) {
    while (::open("/dev/null", O_RDWR | O_CLOEXEC) >= 0) {
    }
    return text(std::to_string(::getpid()));
}

/// What routes() has opened.
Response of_application(const Request&) {
    return text(std::to_string(::close(of_the_application)));
}

/// As daemons are made.
Response in_a_child(const Request&) {
    const pid_t child = ::fork();
    if (child == 0) {
        close_one_by_one();
        for (int fd = 3; fd < 256; ++fd) {
            if (::fcntl(fd, F_GETFD) >= 0) ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return text(std::to_string(status));
}

Response ordinary(const Request&) {
    const int own = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const int first = ::close(own);
    const int second = ::close(own);
    return text(std::to_string(first) + " " + std::to_string(second) + " " +
                std::to_string(errno == EBADF));
}

}  // namespace

void routes(Router& router) {
    of_the_application = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    router.get("/close/:how", careless);
    router.get("/within/:how", careless).within(20s).by("thread");
    router.get("/harm/:how", harmful);
    router.get("/leak", leak);
    router.get("/application", of_application);
    router.get("/child", in_a_child);
    router.get("/ordinary", ordinary);
    router
        .get("/alarm",
             [](const Request&) {
                 sleep_for(10s);
                 return text("");
             })
        .within(100ms)
        .by("alarm");
}
