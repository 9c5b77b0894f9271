#include "table.h"

namespace curfew {

namespace {

using enum WaitKind;
using enum OnFiber;

constexpr std::string_view unless_thrown =
    "callers that do not look at the result would go on without the lock. The server recognises "
    "those that throw std::system_error, as std::mutex does; harakiri ends the others";
constexpr std::string_view would_loop = "a caller that loops would wait again; harakiri ends it";
constexpr std::string_view must_be_joined =
    "a thread that nobody has joined is lost, and a std::thread ends the process; the thread has "
    "the limit as well, and so ends soon";
constexpr std::string_view is_noexcept =
    "it is noexcept, and waits again after each error; harakiri ends it";

}  // namespace

const std::vector<LimitedWait>& limited_waits() {
    static const std::vector<LimitedWait> all = {
        {"read, readv, recv, recvfrom, recvmsg, recvmmsg", "a socket", descriptor, "ETIMEDOUT",
         parks},
        {"write, writev, send, sendto, sendmsg, sendmmsg", "a socket", descriptor, "ETIMEDOUT",
         parks},
        {"accept, accept4, connect", "a socket", descriptor, "ETIMEDOUT", parks},
        {"sendfile, splice", "a socket", descriptor, "ETIMEDOUT", parks},
        {"read, readv", "a pipe", descriptor, "EIO", parks},
        {"write, writev", "a pipe", descriptor, "EIO", parks},
        {"eventfd_read", "", descriptor, "EIO", parks},
        {"select, pselect, poll, ppoll, epoll_wait, epoll_pwait, epoll_pwait2", "", descriptor, "0",
         parks},
        {"poll, ppoll", "sockets without a timeout", descriptor, "POLLERR", parks},
        {"nanosleep, clock_nanosleep, sleep, usleep", "", timer, "0", parks},
        {"getaddrinfo", "", timer, "EAI_FAIL", parks},

        {"std::mutex, std::recursive_mutex", "", lock, "std::system_error (ETIMEDOUT)", parks},
        {"std::shared_mutex", "", lock, "std::system_error (EDEADLK)", parks},
        {"std::timed_mutex::try_lock_for", "", lock, "false", parks},
        {"pthread_mutex_lock, pthread_rwlock_rdlock, pthread_rwlock_wrlock", "", lock, "", parks,
         unless_thrown},
        {"pthread_mutex_timedlock, pthread_mutex_clocklock", "", lock, "ETIMEDOUT", parks},
        {"pthread_rwlock_timedrdlock, pthread_rwlock_timedwrlock, pthread_rwlock_clockrdlock, "
         "pthread_rwlock_clockwrlock",
         "", lock, "ETIMEDOUT", parks},
        {"std::condition_variable::wait, std::condition_variable::wait_for, "
         "std::condition_variable_any::wait",
         "", lock, "TimeoutError", parks},
        {"pthread_cond_wait, pthread_cond_timedwait, pthread_cond_clockwait", "C++", lock,
         "TimeoutError", parks},
        {"pthread_cond_wait", "C", lock, "", parks, would_loop},
        {"pthread_cond_timedwait", "C", lock, "ETIMEDOUT", parks},
        {"sem_wait, sem_timedwait, sem_clockwait", "", lock, "ETIMEDOUT", parks},
        {"std::thread::join, pthread_join", "", lock, "", parks, must_be_joined},
        {"pthread_timedjoin_np", "", lock, "ETIMEDOUT", looks_again},
        {"std::future::wait_for", "", lock, "timeout", parks},
        {"std::future::wait, std::future::get", "", lock, "TimeoutError", parks},
        {"std::async", "", lock, "ETIMEDOUT", parks},
        {"std::atomic::wait, std::counting_semaphore::acquire, "
         "std::counting_semaphore::try_acquire_for",
         "", lock, "", parks, is_noexcept},

        {"flock", "", lock, "EAGAIN", looks_again},
        {"fcntl F_SETLKW, fcntl F_OFD_SETLKW, lockf", "", lock, "ENOLCK", looks_again},

        {"waitpid, wait4, waitid", "one child", process, "ECHILD", parks},
        {"wait, wait3, waitpid, wait4, waitid", "any child", process, "ECHILD", looks_again},
        {"system", "", process, "ECHILD", parks},
        {"popen", "", process, "EIO", spare_thread},
        {"pclose", "", process, "ECHILD", parks},
        {"mq_receive, mq_timedreceive, mq_send, mq_timedsend", "", process, "ETIMEDOUT", parks},
        {"msgrcv", "", process, "ENOMSG", looks_again},
        {"msgsnd, semop, semtimedop", "", process, "EAGAIN", looks_again},
        {"sigtimedwait, sigwaitinfo, sigwait", "", signal, "EAGAIN", looks_again},

        {"fgets, fgetc, fread, getline, fscanf", "", inside_libc, "ETIMEDOUT", spare_thread},
        {"fwrite, fflush, fputs, fputc, fprintf", "", inside_libc, "ETIMEDOUT", spare_thread},
        {"open, openat, fopen", "a FIFO", inside_libc, "EIO", spare_thread},
    };
    return all;
}

std::vector<std::string> names_of(const LimitedWait& wait) {
    constexpr std::string_view comma = ", ";
    std::vector<std::string> names;
    for (auto rest = wait.calls; !rest.empty();) {
        const auto end = rest.find(comma);
        names.emplace_back(rest.substr(0, end));
        if (!wait.of.empty()) names.back().append(" of ").append(wait.of);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + comma.size());
    }
    return names;
}

std::string_view in_words(WaitKind kind) noexcept {
    switch (kind) {
        case descriptor:
            return "Descriptors";
        case timer:
            return "Time";
        case lock:
            return "Locks and threads";
        case process:
            return "Processes";
        case signal:
            return "Signals";
        case inside_libc:
            return "Inside libc";
    }
    return {};
}

std::string_view in_words(OnFiber on_fiber) noexcept {
    switch (on_fiber) {
        case parks:
            return "parks";
        case looks_again:
            return "parks, and looks again";
        case spare_thread:
            return "parks; a spare thread waits";
        case blocks:
            return "blocks its worker";
    }
    return {};
}

}  // namespace curfew
