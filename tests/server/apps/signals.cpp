#include <curfew/app.h>

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace curfew;

namespace {

void set_all(void (*handler)(int)) {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (signal != SIGSEGV && signal != SIGABRT && signal != SIGBUS) ::signal(signal, handler);
    }
}

/// What careless code and careless libraries do.
Response spoil(const Request& request) {
    const auto how = request.param("how");
    if (how == "ignore") set_all(SIG_IGN);
    if (how == "default") set_all(SIG_DFL);
    if (how == "own") set_all([](int) {});
    if (how == "block") {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    }
    if (how == "itimer") {
        struct sigaction action {};
        action.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &action, nullptr);
        const itimerval every{.it_interval = {.tv_sec = 0, .tv_usec = 10'000},
                              .it_value = {.tv_sec = 0, .tv_usec = 10'000}};
        ::setitimer(ITIMER_REAL, &every, nullptr);
    }
    return text("spoilt");
}

std::string output_of(const std::string& command) {
    std::string output;
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    char some[4096];
    for (std::size_t got = 0; (got = std::fread(some, 1, sizeof some, pipe)) > 0;) {
        output.append(some, got);
    }
    const int status = ::pclose(pipe);
    return output + "status " + std::to_string(status) + "\n";
}

/// By fork and execve, where popen() uses posix_spawn.
std::string output_of_program(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
    if (::fork() == 0) {
        ::dup2(ends[1], 1);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    std::string output;
    char some[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], some, sizeof some)) > 0;) {
        output.append(some, static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    return output;
}

Response run(const Request& request) {
    const std::string command(request.body());
    const auto& how = request.param("how");
    if (how == "fork") return text(output_of_program({"sh", "-c", command}));
    // A shell unblocks all signals.
    if (how == "no-shell") return text(output_of_program({"grep", "^Sig", "/proc/self/status"}));
    return text(output_of(command));
}

Response nap(const Request&) {
    sleep_for(10s);
    return text("slept");
}

}  // namespace

void routes(Router& router) {
    router.get("/spoil/:how", spoil);
    router.post("/run/:how", run);
    router.post("/within/run/:how", run).within(20s).by("thread");
    router.get("/alarm", nap).within(300ms).by("alarm");
    router
        .get("/stuck",
             [](const Request&) {
                 for (volatile bool for_ever = true; for_ever;) continue;
                 return text("");
             })
        .harakiri(300ms);
}
