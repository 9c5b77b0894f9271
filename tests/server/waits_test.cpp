// Every way to wait, under limits, in every worker class: see apps/waits/.
#include "tests/server/waits_bench.h"

#include <doctest/doctest.h>

using namespace curfew::tests;

namespace {

constexpr std::string_view not_yet = "not made yet";

const std::vector<Disobedient> disobedient = {
    {"pthread_mutex_lock of C++", not_yet},
    {"pthread_mutex_lock of C++: recursive", not_yet},
    {"pthread_mutex_lock of C++: error checking", not_yet},
    {"pthread_mutex_lock of C", not_yet},
    {"pthread_mutex_timedlock", not_yet},
    {"pthread_mutex_clocklock", not_yet},
    {"pthread_rwlock_rdlock of C++", not_yet},
    {"pthread_rwlock_wrlock of C++", not_yet},
    {"pthread_rwlock_timedrdlock", not_yet},
    {"pthread_rwlock_timedwrlock", not_yet},
    {"pthread_rwlock_clockrdlock", not_yet},
    {"pthread_rwlock_clockwrlock", not_yet},
    {"sem_wait", not_yet},
    {"sem_timedwait", not_yet},
    {"sem_clockwait", not_yet},
    {"pthread_cond_wait of C++", not_yet},
    {"pthread_cond_wait of C++: broadcast", not_yet},
    {"pthread_cond_wait of C", not_yet},
    {"pthread_cond_timedwait", not_yet},
    {"pthread_cond_clockwait", not_yet},
    {"pthread_join", not_yet},
    {"pthread_timedjoin_np", not_yet},
    {"std::mutex", not_yet},
    {"std::recursive_mutex", not_yet},
    {"std::timed_mutex::try_lock_for", not_yet},
    {"std::shared_mutex", not_yet},
    {"std::shared_mutex: shared", not_yet},
    {"std::condition_variable::wait", not_yet},
    {"std::condition_variable::wait_for", not_yet},
    {"std::condition_variable_any::wait", not_yet},
    {"std::future::wait_for", not_yet},
    {"std::future::wait", not_yet},
    {"std::future::get", not_yet},
    {"std::async", not_yet},
    {"std::thread::join", not_yet},
    {"std::atomic::wait", not_yet},
    {"std::counting_semaphore::acquire", not_yet},
    {"std::counting_semaphore::try_acquire_for", not_yet},
    {"flock", not_yet},
    {"fcntl F_SETLKW", not_yet},
    {"fcntl F_OFD_SETLKW", not_yet},
    {"lockf", not_yet},
    {"waitpid", not_yet},
    {"wait4", not_yet},
    {"waitid", not_yet},
    {"system", not_yet},
    {"popen", not_yet},
    {"pclose", not_yet},
    {"sigtimedwait", not_yet},
    {"sigwaitinfo", not_yet},
    {"sigwait", not_yet},
    {"fgets", not_yet},
    {"fgetc", not_yet},
    {"fread", not_yet},
    {"getline", not_yet},
    {"fscanf", not_yet},
    {"fwrite", not_yet},
    {"fflush", not_yet},
    {"open of a FIFO", not_yet},
    {"open of a FIFO: for writing", not_yet},
    {"openat of a FIFO", not_yet},
    {"fopen of a FIFO", not_yet},
};

void check_waits(const char* worker_class) {
    const WaitsBench bench(worker_class, disobedient);

    for (const auto* const kind : {"early", "deadline", "outer", "inner", "token"}) {
        CHECK(bench.wrong(kind) == "");
    }
    CHECK(bench.wrongly_excepted() == "");
}

}  // namespace

TEST_CASE("waits end at a limit in class sync") { check_waits("sync"); }
TEST_CASE("waits end at a limit in class threads") { check_waits("threads"); }
TEST_CASE("waits end at a limit on fibers, and others are answered meanwhile") {
    check_waits("fiber");
}
