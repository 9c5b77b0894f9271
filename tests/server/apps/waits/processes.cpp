// Waits for other processes.
#include "objects.h"
#include "row.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace waits {

namespace {

/// A process that runs until the event; another one after it was reaped.
class Child {
  public:
    Child() { start(); }
    ~Child() {
        end();
        if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// Its standard input ends.
    void end() { input_.far.reset(); }

    /// In a process group of its own.
    void start() {
        input_ = pipe_pair();
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, input_.near.get(), STDIN_FILENO);
        char name[] = "/bin/cat";
        char* arguments[] = {name, nullptr};
        const int error = ::posix_spawn(&pid_, name, &actions, &attributes, arguments, environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
        if (error != 0) pid_ = -1;
    }

  private:
    Ends input_;
    pid_t pid_ = -1;
};

/// `reap(pid)` returns 0 once the process was reaped.
template <typename Reap>
Wait child_by(Reap reap) {
    const auto child = std::make_shared<Child>();
    return {[=] {
                const auto how = ended(reap(child->pid()), 0);
                if (how.empty()) child->start();
                return how;
            },
            [=] { child->end(); }};
}

int zero_if(long reaped, pid_t pid) { return reaped == pid ? 0 : static_cast<int>(reaped); }

template <idtype_t type>
int reap_by_waitid(pid_t pid) {
    siginfo_t info{};
    return ::waitid(type, static_cast<id_t>(pid), &info, WEXITED);
}

/// A command that ends once it has read a byte of the FIFO.
std::string command_that_reads(const Fifo& fifo) { return "exec head -c1 " + fifo.place.path(); }

Wait command_by_system() {
    const auto fifo = std::make_shared<Fifo>();
    return {[=] {
                const auto command = command_that_reads(*fifo) + " >/dev/null";
                return ended(std::system(command.c_str()), 0);
            },
            [=] { put_byte(fifo->both.get()); }};
}

Wait output_of_command() {
    const auto fifo = std::make_shared<Fifo>();
    return {[=] {
                FILE* const output = ::popen(command_that_reads(*fifo).c_str(), "re");
                const int byte = std::fgetc(output);
                const auto how = byte == 'x' ? std::string() : ended(-1, 0);
                ::pclose(output);
                return how;
            },
            [=] { put_byte(fifo->both.get()); }};
}

Wait end_of_command() {
    const auto fifo = std::make_shared<Fifo>();
    return {[=] {
                const auto command = command_that_reads(*fifo) + " >/dev/null";
                return ended(::pclose(::popen(command.c_str(), "re")), 0);
            },
            [=] { put_byte(fifo->both.get()); }};
}

/// One of several: any child of a process group, so that the children of other rows stay.
void add_any_child(std::vector<Row>& rows) {
    rows.push_back({"waitpid of any child", [] {
                        return child_by(
                            [](pid_t pid) { return zero_if(::waitpid(-pid, nullptr, 0), pid); });
                    }});
    rows.push_back({"wait4 of any child", [] {
                        return child_by([](pid_t pid) {
                            return zero_if(::wait4(-pid, nullptr, 0, nullptr), pid);
                        });
                    }});
    rows.push_back({"waitid of any child", [] { return child_by(reap_by_waitid<P_PGID>); }});
    rows.push_back(
        {"wait of any child",
         [] { return child_by([](pid_t pid) { return zero_if(::wait(nullptr), pid); }); }, true,
         true});
    rows.push_back({"wait3 of any child",
                    [] {
                        return child_by(
                            [](pid_t pid) { return zero_if(::wait3(nullptr, 0, nullptr), pid); });
                    },
                    true, true});
}

}  // namespace

void add_processes(std::vector<Row>& rows) {
    rows.push_back({"waitpid of one child", [] {
                        return child_by(
                            [](pid_t pid) { return zero_if(::waitpid(pid, nullptr, 0), pid); });
                    }});
    rows.push_back({"wait4 of one child", [] {
                        return child_by([](pid_t pid) {
                            return zero_if(::wait4(pid, nullptr, 0, nullptr), pid);
                        });
                    }});
    rows.push_back({"waitid of one child", [] { return child_by(reap_by_waitid<P_PID>); }});
    add_any_child(rows);
    rows.push_back({"system", command_by_system});
    rows.push_back({"popen", output_of_command});
    rows.push_back({"pclose", end_of_command});
}

}  // namespace waits
