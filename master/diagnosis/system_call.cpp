#include "master/diagnosis/system_call.h"

#include <sys/syscall.h>

#include <algorithm>
#include <charconv>

namespace curfew::master {

namespace {

using Kind = SystemCall::Kind;

struct Known {
    long number;
    std::string_view name;
    Kind kind;
};

/// System calls that can take long. Not every architecture has the older ones.
constexpr Known known[] = {
#ifdef SYS_poll
    {SYS_poll, "poll", Kind::poll},
    {SYS_select, "select", Kind::other},
    {SYS_epoll_wait, "epoll_wait", Kind::descriptor},
    {SYS_pause, "pause", Kind::other},
    {SYS_open, "open", Kind::other},
    {SYS_vfork, "vfork", Kind::other},
#endif
    {SYS_ppoll, "ppoll", Kind::poll},
    {SYS_pselect6, "pselect6", Kind::other},
    {SYS_epoll_pwait, "epoll_pwait", Kind::descriptor},
    {SYS_epoll_pwait2, "epoll_pwait2", Kind::descriptor},
    {SYS_read, "read", Kind::descriptor},
    {SYS_readv, "readv", Kind::descriptor},
    {SYS_pread64, "pread64", Kind::descriptor},
    {SYS_preadv, "preadv", Kind::descriptor},
    {SYS_write, "write", Kind::descriptor},
    {SYS_writev, "writev", Kind::descriptor},
    {SYS_pwrite64, "pwrite64", Kind::descriptor},
    {SYS_pwritev, "pwritev", Kind::descriptor},
    {SYS_recvfrom, "recvfrom", Kind::descriptor},
    {SYS_recvmsg, "recvmsg", Kind::descriptor},
    {SYS_recvmmsg, "recvmmsg", Kind::descriptor},
    {SYS_sendto, "sendto", Kind::descriptor},
    {SYS_sendmsg, "sendmsg", Kind::descriptor},
    {SYS_sendmmsg, "sendmmsg", Kind::descriptor},
    {SYS_sendfile, "sendfile", Kind::descriptor},
    {SYS_splice, "splice", Kind::descriptor},
    {SYS_connect, "connect", Kind::descriptor},
    {SYS_accept, "accept", Kind::descriptor},
    {SYS_accept4, "accept4", Kind::descriptor},
    {SYS_close, "close", Kind::descriptor},
    {SYS_shutdown, "shutdown", Kind::descriptor},
    {SYS_flock, "flock", Kind::descriptor},
    {SYS_fcntl, "fcntl", Kind::descriptor},
    {SYS_ioctl, "ioctl", Kind::descriptor},
    {SYS_fsync, "fsync", Kind::descriptor},
    {SYS_fdatasync, "fdatasync", Kind::descriptor},
    {SYS_fallocate, "fallocate", Kind::descriptor},
    {SYS_ftruncate, "ftruncate", Kind::descriptor},
    {SYS_fstat, "fstat", Kind::descriptor},
    {SYS_getdents64, "getdents64", Kind::descriptor},
    {SYS_openat, "openat", Kind::other},
    {SYS_newfstatat, "newfstatat", Kind::other},
    {SYS_statx, "statx", Kind::other},
    {SYS_unlinkat, "unlinkat", Kind::other},
    {SYS_renameat2, "renameat2", Kind::other},
    {SYS_sync, "sync", Kind::other},
    {SYS_futex, "futex", Kind::futex},
    {SYS_nanosleep, "nanosleep", Kind::sleep},
    {SYS_clock_nanosleep, "clock_nanosleep", Kind::sleep},
    {SYS_wait4, "wait4", Kind::child},
    {SYS_waitid, "waitid", Kind::other},
    {SYS_rt_sigsuspend, "rt_sigsuspend", Kind::other},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", Kind::other},
    {SYS_semop, "semop", Kind::other},
    {SYS_semtimedop, "semtimedop", Kind::other},
    {SYS_msgrcv, "msgrcv", Kind::other},
    {SYS_msgsnd, "msgsnd", Kind::other},
    {SYS_mq_timedreceive, "mq_timedreceive", Kind::descriptor},
    {SYS_mq_timedsend, "mq_timedsend", Kind::descriptor},
    {SYS_io_getevents, "io_getevents", Kind::other},
    {SYS_io_uring_enter, "io_uring_enter", Kind::descriptor},
    {SYS_mmap, "mmap", Kind::other},
    {SYS_munmap, "munmap", Kind::other},
    {SYS_clone, "clone", Kind::other},
    {SYS_clone3, "clone3", Kind::other},
};

/// Which call restart_syscall stands for: poll, futex and sleeps with a timeout are restarted this
/// way. The wchan of a sleep does not tell.
long what_goes_on(std::string_view wchan) noexcept {
    if (wchan.empty()) return SYS_restart_syscall;
    if (wchan.find("poll") != wchan.npos) return SYS_ppoll;
    return wchan.find("futex") != wchan.npos ? SYS_futex : SYS_clock_nanosleep;
}

}  // namespace

std::optional<SystemCall> parse_system_call(std::string_view line, std::string_view wchan) {
    SystemCall call;
    const char* at = line.data();
    const char* const end = at + line.size();
    const auto number = std::from_chars(at, end, call.number);
    if (number.ec != std::errc{} || call.number < 0) return {};
    at = number.ptr;
    for (auto& argument : call.arguments) {
        const std::string_view rest(at, static_cast<std::size_t>(end - at));
        const auto hexadecimal = rest.find("0x");
        if (hexadecimal == rest.npos) break;
        at = std::from_chars(at + hexadecimal + 2, end, argument, 16).ptr;
    }

    const bool restarted = call.number == SYS_restart_syscall;
    if (restarted) call.number = what_goes_on(wchan);
    const auto* const entry = std::ranges::find(known, call.number, &Known::number);
    if (entry == std::end(known)) {
        call.name = restarted ? "restart_syscall" : "system call " + std::to_string(call.number);
        return call;
    }
    call.kind = entry->kind;
    call.name = restarted && call.kind == Kind::poll ? "poll" : std::string(entry->name);
    return call;
}

}  // namespace curfew::master
