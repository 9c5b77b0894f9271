#include "stuck.h"

#include <pthread.h>
#include <signal.h>

#include <cstdint>
#include <thread>

using namespace curfew;

namespace demo {

namespace {

[[noreturn]] void spin_for_ever() {
    // Volatile: a loop without side effects is undefined, and compilers remove it.
    volatile std::uint64_t turns = 0;
    while (true) turns = turns + 1;
}

/// A mutex whose second lock by the same thread is a deadlock by definition (POSIX), where
/// std::mutex leaves it undefined. Never destroyed: someone may be waiting for it at exit.
pthread_mutex_t& self_deadlocking_mutex() {
    static pthread_mutex_t mutex = [] {
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_NORMAL);
        pthread_mutex_t made;
        ::pthread_mutex_init(&made, &attributes);
        ::pthread_mutexattr_destroy(&attributes);
        return made;
    }();
    return mutex;
}

}  // namespace

Response stuck_in_sleep(const Request&) {
    while (true) std::this_thread::sleep_for(24h);
}

Response stuck_in_a_loop(const Request&) { spin_for_ever(); }

Response stuck_on_a_lock(const Request&) {
    while (true) ::pthread_mutex_lock(&self_deadlocking_mutex());
}

Response stuck_and_deaf(const Request&) {
    sigset_t everything;
    ::sigfillset(&everything);
    ::pthread_sigmask(SIG_SETMASK, &everything, nullptr);
    spin_for_ever();
}

}  // namespace demo
