#include "trial.h"

#include "objects.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

using namespace curfew;

namespace waits {

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<long> answered{0};

/// Calls a function after a time, on a thread of its own, unless it is called off before.
class Later {
  public:
    Later(Duration time, std::function<void()> function)
        : thread_([this, time, function = std::move(function)] {
              const auto number = std::chrono::ceil<std::chrono::milliseconds>(time).count();
              if (called_off_.wait(static_cast<int>(number))) return;
              begun_ = true;
              function();
          }) {}
    ~Later() { call_off(); }
    Later(const Later&) = delete;
    Later& operator=(const Later&) = delete;

    [[nodiscard]] bool begun() const noexcept { return begun_; }

    void call_off() {
        called_off_.open();
        if (thread_.joinable()) thread_.join();
    }

  private:
    Gate called_off_;
    std::atomic<bool> begun_{false};
    std::thread thread_;
};

/// How a wait has ended, in a word.
std::string outcome(const Wait& wait) {
    try {
        const auto how = wait.wait();
        return how.empty() ? "met" : how;
    } catch (const TimeoutError&) {
        return "TimeoutError";
    } catch (const std::system_error& error) {
        return "std::system_error (" + ended_by(error.code().value()) + ")";
    }
}

/// Sets `how` as soon as it is known. Throws TimeoutError if the limit has passed.
void run(std::string_view kind, Duration limit, const Wait& wait, std::string& how) {
    const auto function = [&] { how = outcome(wait); };
    if (kind == "deadline" || kind == "early") return with_timeout(limit, "deadline", function);
    if (kind == "token") return with_timeout(limit, "timer", function);
    if (kind == "outer") {
        return with_timeout(limit, "deadline", [&] { with_timeout(20s, "deadline", function); });
    }
    if (kind == "inner") {
        return with_timeout(20s, "deadline", [&] { with_timeout(limit, "deadline", function); });
    }
    throw HttpError(404, "there is no such kind of trial");
}

}  // namespace

void answered_another() noexcept { ++answered; }

std::string try_wait(const Row& row, std::string_view kind, Duration limit, Duration event) {
    const auto wait = row.make();
    std::string how;
    std::string thrown = "no";
    const auto before = answered.load();
    Later happens(event, wait.happen);
    const auto start = Clock::now();
    try {
        run(kind, limit, wait, how);
    } catch (const TimeoutError&) {
        thrown = "yes";
    }
    const auto took = Clock::now() - start;
    const bool before_event = !happens.begun();
    const auto others = answered.load() - before;
    happens.call_off();

    // The same object once more. Its event has come, so the wait is a short one.
    std::string again;
    if (how == "met" || before_event) wait.happen();
    try {
        with_timeout(20s, "deadline", [&] { again = outcome(wait); });
    } catch (const TimeoutError&) {
        again = "too late";
    }
    return "how " + how + "\nthrown " + thrown + "\nbefore_event " + (before_event ? "yes" : "no") +
           "\nothers " + std::to_string(others) + "\nmilliseconds " +
           std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) +
           "\nagain " + again + "\n";
}

}  // namespace waits
