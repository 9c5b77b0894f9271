#include "master/os/in_use.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <ctime>
#include <initializer_list>

namespace curfew::master::detail {

void wait_for_release(const InUse& error, bool is_first) {
    if (is_first) spdlog::warn("{}; trying again for some seconds", error.what());
    sigset_t to_stop;
    sigemptyset(&to_stop);
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) sigaddset(&to_stop, signal);
    constexpr timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
    if (::sigtimedwait(&to_stop, nullptr, &pause) > 0) throw StartCancelled{};
}

}  // namespace curfew::master::detail
