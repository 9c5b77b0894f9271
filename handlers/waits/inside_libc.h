#pragma once

#include "interruption.h"
#include "libc.h"

#include "../context/copies.h"
#include "../context/late_wait.h"

#include <cerrno>

namespace curfew {

/// The error of a wait for this descriptor that the limit has ended: ETIMEDOUT for a socket, which
/// may have such an error, EIO for any other.
[[nodiscard]] int late_error(int fd) noexcept;

/// Runs `job` on another thread, under the limit in force, while the fiber is parked. False if no
/// thread is left: then it has not run. errno is the job's.
[[nodiscard]] bool on_spare_thread(void (*job)(void*), void* data);

/// Makes a call of libc that may block in a system call which libc makes itself, under the limit in
/// force: see Interruption. A fiber has a spare thread make it. A wait that the limit ends fails
/// with EINTR, and then `late()` is its error. `name` is for the log. Not for calls whose result
/// depends on the thread.
template <typename Late, typename Call>
auto inside_libc(const char* name, Late late, Call call) -> decltype(call()) {
    using Result = decltype(call());
    struct Limited {
        const char* name;
        Late& late;
        Call& call;
        Result result{};

        void run() {
            const Interruption interruption;
            // The call may print errno, so that it is what it was, unless it would look as if the
            // call had been interrupted.
            const int before = errno;
            if (before == EINTR) errno = 0;
            result = call();
            note_wait(name);
            if (errno == EINTR && current_context.expired()) {
                errno = late();
            } else if (errno == 0) {
                errno = before;
            }
        }
    } limited{name, late, call};
    const bool parks = current_context.parking != nullptr && !is_copy();
    if (!parks ||
        !on_spare_thread([](void* data) { static_cast<Limited*>(data)->run(); }, &limited)) {
        limited.run();
    }
    return limited.result;
}

}  // namespace curfew
