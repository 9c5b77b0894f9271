// Every way to wait, under limits, in every worker class: see apps/waits/.
#include "tests/server/waits_bench.h"

#include <doctest/doctest.h>

using namespace curfew::tests;

namespace {

constexpr std::string_view may_ignore_errors =
    "a caller that does not throw std::system_error may go on without what it has waited for";
constexpr std::string_view has_no_error = "a caller that loops would wait again";
constexpr std::string_view must_be_joined =
    "a std::thread that is destroyed without having been joined ends the process";
constexpr std::string_view is_noexcept = "it is noexcept, and loops";

const std::vector<Disobedient> disobedient = {
    {"pthread_mutex_lock of C++", may_ignore_errors},
    {"pthread_mutex_lock of C++: recursive", may_ignore_errors},
    {"pthread_mutex_lock of C++: error checking", may_ignore_errors},
    {"pthread_mutex_lock of C", may_ignore_errors},
    {"pthread_rwlock_rdlock of C++", may_ignore_errors},
    {"pthread_rwlock_wrlock of C++", may_ignore_errors},
    {"pthread_cond_wait of C", has_no_error},
    {"pthread_join", may_ignore_errors},
    {"std::thread::join", must_be_joined},
    {"std::atomic::wait", is_noexcept},
    {"std::counting_semaphore::acquire", is_noexcept},
    {"std::counting_semaphore::try_acquire_for", is_noexcept},
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
