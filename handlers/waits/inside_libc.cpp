#include "inside_libc.h"

#include "../context/pooled_token.h"
#include "../context/spare_threads.h"

#include <poll.h>
#include <sys/stat.h>

#include <exception>
#include <memory>

namespace curfew {

namespace {

/// Never destroyed: at exit, calls may still be under way.
SpareThreads& threads() {
    static auto& only = *new SpareThreads;
    return only;
}

/// The state that both threads share. The last of them destroys it.
struct Errand {
    void (*job)(void*);
    void* data;
    CallContext context;
    int error;
    PooledToken done;

    void run() {
        {
            const ContextScope scope(context);
            errno = error;
            job(data);
            error = errno;
        }
        done->raise();
    }
};

/// Parks the fiber until the other thread has let go of what is on the fiber's stack.
void wait_for(const CancelToken& done) {
    auto patient = current_context;
    patient.deadline = Deadline::never();
    patient.token = nullptr;
    patient.killed_at = nullptr;
    const ContextScope scope(patient);
    pollfd readable{.fd = done.fd(), .events = POLLIN, .revents = 0};
    while (!done.raised()) limited_poll(&readable, 1, Deadline::never());
}

}  // namespace

int late_error(int fd) noexcept {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? ETIMEDOUT : EIO;
}

bool on_spare_thread(void (*job)(void*), void* data) try {
    const auto errand = std::make_shared<Errand>(job, data, current_context, errno);
    errand->context.parking = nullptr;
    if (!threads().run([errand] { errand->run(); })) return false;
    wait_for(*errand->done);
    errno = errand->error;
    return true;
} catch (const std::exception&) {
    return false;  // no memory, no descriptor or no thread is left
}

}  // namespace curfew
