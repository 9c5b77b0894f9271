#pragma once

#include "master/diagnosis/thread_state.h"
#include "tests/support/wait_until.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <new>

namespace curfew::tests {

/// What a victim tells of itself, in memory that it shares with the test.
struct Told {
    std::atomic<pid_t> tid{0};  ///< the thread to look at
    std::atomic<long> turns{0};
};

/// A child that does something for ever. Its destructor ends it.
class Victim {
  public:
    explicit Victim(const std::function<void(Told&)>& action)
        : told_(new (::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Told) {
        pid_ = ::fork();
        if (pid_ == 0) {
            told_->tid = ::getpid();
            action(*told_);
            ::_exit(0);
        }
    }
    ~Victim() {
        end();
        ::munmap(told_, sizeof(Told));
    }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] pid_t tid() const noexcept { return told_->tid; }
    [[nodiscard]] long turns() const noexcept { return told_->turns; }

    [[nodiscard]] bool comes_to(char state) const {
        return wait_until([&] { return master::look_at(pid_, tid()).letter == state; });
    }
    /// Waits in that system call.
    [[nodiscard]] bool comes_to(std::string_view call) const {
        return wait_until([&] {
            const auto seen = master::look_at(pid_, tid());
            return seen.letter == 'S' && seen.call && seen.call->name == call;
        });
    }
    /// Is running and gets on.
    [[nodiscard]] bool goes_on() const {
        const auto before = turns();
        return wait_until([&] { return turns() > before; });
    }

    void end() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

  private:
    Told* told_;
    pid_t pid_;
};

/// Names that a test finds again on a stack.
[[noreturn]] void spin_in_a_named_function(Told& told);
[[noreturn]] void sleep_in_a_named_function();

}  // namespace curfew::tests
