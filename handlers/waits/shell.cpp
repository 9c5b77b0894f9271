// system(), popen() and pclose(), which replace libc's own under a limit: see README.md in this
// folder. libc waits for the child inside, and again after each signal. At the limit the child is
// killed, and reaped.
#include "../base/unique_fd.h"
#include "../context/own_mutex.h"
#include "children.h"
#include "libc.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <optional>
#include <vector>

namespace curfew {

namespace {

/// Starts a shell that runs the command, in a process group of its own, so that what it starts can
/// be killed with it. `inside` of the child is `ours` here; -1: nothing. False with errno.
bool start_shell(const char* command, int ours, int inside, pid_t& pid) noexcept {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int error = ours < 0 ? 0 : ::posix_spawn_file_actions_adddup2(&actions, ours, inside);
    std::array<const char*, 4> words{"sh", "-c", command, nullptr};
    if (error == 0) {
        error = ::posix_spawn(&pid, "/bin/sh", &actions, &attributes,
                              const_cast<char* const*>(words.data()), environ);
    }
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    errno = error;
    return error == 0;
}

/// The status of the shell; -1 if it had to be killed.
int status_of(pid_t shell) noexcept {
    int status = -1;
    const int before = errno;
    const pid_t found = wait_for_child(shell, &status, 0, nullptr);
    if (found == shell) {
        errno = before;
        return status;
    }
    if (found == 0) {
        kill_group(shell);
        errno = ECHILD;
    }
    return -1;
}

int limited_system(const char* command) noexcept {
    constexpr int no_shell = 127;
    pid_t shell = 0;
    if (!start_shell(command, -1, -1, shell)) return W_EXITCODE(no_shell, 0);
    return status_of(shell);
}

/// The streams of popen() under a limit.
class Pipes {
  public:
    struct Pipe {
        FILE* stream;
        pid_t shell;
    };

    [[nodiscard]] static Pipes& all() {
        static auto& only = *new Pipes;
        return only;
    }

    void add(const Pipe& pipe) {
        const std::lock_guard lock(mutex_);
        pipes_.push_back(pipe);
    }

    [[nodiscard]] std::optional<Pipe> take(const FILE* stream) {
        const std::lock_guard lock(mutex_);
        const auto found = std::ranges::find(pipes_, stream, &Pipe::stream);
        if (found == pipes_.end()) return {};
        const auto pipe = *found;
        pipes_.erase(found);
        return pipe;
    }

  private:
    OwnMutex mutex_;
    std::vector<Pipe> pipes_;
};

/// The descriptor is closed on exec also without "e": POSIX has the shells of later calls close it.
FILE* limited_popen(const char* command, const char* mode) try {
    const bool reads = mode[0] == 'r';
    if (!reads && mode[0] != 'w') {
        errno = EINVAL;
        return nullptr;
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return nullptr;
    UniqueFd ours(ends[reads ? 0 : 1]);
    const UniqueFd theirs(ends[reads ? 1 : 0]);
    FILE* const stream = ::fdopen(ours.get(), reads ? "r" : "w");
    if (!stream) return nullptr;
    static_cast<void>(ours.release());
    pid_t shell = 0;
    if (!start_shell(command, theirs.get(), reads ? STDOUT_FILENO : STDIN_FILENO, shell)) {
        const int error = errno;
        std::fclose(stream);
        errno = error;
        return nullptr;
    }
    Pipes::all().add({stream, shell});
    return stream;
} catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return nullptr;
}

}  // namespace

}  // namespace curfew

extern "C" {

int system(const char* command) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::system)>("system");
    return unlimited() || !command ? real(command) : limited_system(command);
}

FILE* popen(const char* command, const char* mode) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::popen)>("popen");
    return unlimited() ? real(command, mode) : limited_popen(command, mode);
}

int pclose(FILE* stream) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::pclose)>("pclose");
    const auto pipe = Pipes::all().take(stream);
    if (!pipe) return real(stream);
    std::fclose(stream);
    return status_of(pipe->shell);
}

}  // extern "C"
