#include "copies.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

namespace curfew {

namespace {

/// One byte on a page that the kernel clears in every child process. So a copy is noticed in
/// whichever way it was forked, also by a library, and without a call of getpid().
volatile char* original_mark = nullptr;

pid_t original = 0;
TellOfCopy tell_of_copy = nullptr;
bool is_child_of_original = false;  ///< also true in the children of such a child

volatile char* make_mark() {
    const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const page =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    ::madvise(page, size, MADV_WIPEONFORK);  // where it is missing, pthread_atfork() is left
    return static_cast<volatile char*>(page);
}

/// The kernel sends the signal when the thread that forked has ended. The process may live on.
void on_parents_end(int) {
    if (::getppid() != original) ::_exit(1);
}

/// Makes this copy end with the original. The signal is SIGURG because its default is to be
/// ignored: a program that the copy executes does not die of it.
void end_with_original() noexcept {
    struct sigaction action {};
    if (::sigaction(SIGURG, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
    action.sa_handler = on_parents_end;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGURG, &action, nullptr);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGURG);
    ::sigprocmask(SIG_UNBLOCK, &ours, nullptr);  // the handler may have it blocked
    ::prctl(PR_SET_PDEATHSIG, SIGURG);
    on_parents_end(0);  // the parent may have ended before
}

void begin_copy() noexcept {
    *original_mark = 0;
    if (is_child_of_original) return;
    is_child_of_original = true;
    end_with_original();
}

}  // namespace

void be_the_original() {
    if (!original_mark) {
        original_mark = make_mark();
        ::pthread_atfork(nullptr, nullptr, begin_copy);
    }
    *original_mark = 1;
    original = ::getpid();
    is_child_of_original = false;
}

void tell_of_copies_by(TellOfCopy tell) noexcept { tell_of_copy = tell; }

bool is_copy() noexcept { return original_mark && *original_mark == 0; }

void CopyEnds::end() const noexcept {
    if (tell_of_copy) tell_of_copy(route_, request_);
    ::_exit(1);
}

}  // namespace curfew
