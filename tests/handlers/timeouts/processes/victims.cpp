#include "tests/handlers/timeouts/processes/victims.h"

#include "handlers/base/error.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/support/process.h"
#include "tests/support/wait_until.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace curfew::tests {

namespace {

using namespace std::chrono_literals;

void note_pid(const std::string& file) {
    std::ofstream(file, std::ios::app) << (std::to_string(::getpid()) + "\n") << std::flush;
}

[[noreturn]] void live_for_ever(const std::string& file) {
    note_pid(file);
    while (true) ::pause();
}

void be_stuck(const std::string& file) {
    start_descendants(file);
    note_pid(file);
    while (true) ::pause();
}

int double_of(int number) { return 2 * number; }

}  // namespace

void start_descendants(const std::string& file) {
    if (::fork() == 0) live_for_ever(file);
    if (::fork() == 0) {
        ::setsid();
        live_for_ever(file);
    }
    if (::fork() == 0) {
        if (::fork() == 0) live_for_ever(file);
        ::_exit(0);
    }
    static_cast<void>(wait_until([&] { return pids_in(file).size() == 3; }));
}

std::vector<pid_t> pids_in(const std::string& file) {
    std::istringstream lines(read_file(file));
    std::vector<pid_t> pids;
    for (pid_t pid = 0; lines >> pid;) pids.push_back(pid);
    return pids;
}

int be_victim(const std::string& role) {
    if (role == "stuck") {
        with_timeout(10min, "process", be_stuck, std::string("pids"));
        return 1;
    }
    for (const pid_t zygote : children_of(::getpid())) ::kill(zygote, SIGKILL);
    while (true) {
        try {
            with_timeout(10s, "process", double_of, 1);
        } catch (const BackendError&) {
            continue;  // a helper that has taken a call before it heard
        } catch (const std::exception& error) {
            std::puts(error.what());
            return 0;
        }
    }
}

}  // namespace curfew::tests
