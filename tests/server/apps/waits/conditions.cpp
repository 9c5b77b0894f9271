// Condition variables, threads to join, and barriers.
#include "c_callers.h"
#include "objects.h"
#include "row.h"

#include <pthread.h>

#include <ctime>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace waits {

namespace {

/// Holds it for a scope, also if a wait throws.
class Locked {
  public:
    explicit Locked(pthread_mutex_t& mutex) : mutex_(mutex) { ::pthread_mutex_lock(&mutex_); }
    ~Locked() { ::pthread_mutex_unlock(&mutex_); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

  private:
    pthread_mutex_t& mutex_;
};

struct Condition : c_condition {
    Condition() : c_condition{PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0} {}
    ~Condition() {
        ::pthread_cond_destroy(&changed);
        ::pthread_mutex_destroy(&mutex);
    }
    Condition(const Condition&) = delete;
    Condition& operator=(const Condition&) = delete;

    void be_ready(bool wake_all) {
        const Locked scope(mutex);
        ready = 1;
        wake_all ? ::pthread_cond_broadcast(&changed) : ::pthread_cond_signal(&changed);
    }
};

/// `wait_once(condition, mutex)` returns an errno.
template <typename WaitOnce>
Wait condition_by(WaitOnce wait_once, bool wake_all = false) {
    const auto condition = std::make_shared<Condition>();
    return {[=] {
                const Locked scope(condition->mutex);
                while (!condition->ready) {
                    const int error = wait_once(&condition->changed, &condition->mutex);
                    if (error != 0) return ended_by(error);
                }
                condition->ready = 0;
                return std::string();
            },
            [=] { condition->be_ready(wake_all); }};
}

template <typename WaitInC>
Wait condition_of_c(WaitInC wait) {
    const auto condition = std::make_shared<Condition>();
    return {[=] { return ended_by(wait(condition.get())); }, [=] { condition->be_ready(false); }};
}

int wait_twenty_seconds(pthread_cond_t* changed, pthread_mutex_t* mutex) {
    timespec end{};
    ::clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 20;
    return ::pthread_cond_timedwait(changed, mutex, &end);
}

int wait_by_clock(pthread_cond_t* changed, pthread_mutex_t* mutex) {
    timespec end{};
    ::clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += 20;
    return ::pthread_cond_clockwait(changed, mutex, CLOCK_MONOTONIC, &end);
}

/// A thread that runs until the event; another one after it was joined.
struct Joinable {
    Joinable() { start(); }
    ~Joinable() {
        gate->open();
        ::pthread_join(thread, nullptr);
    }
    Joinable(const Joinable&) = delete;
    Joinable& operator=(const Joinable&) = delete;

    void start() {
        gate.emplace();
        const auto run = [](void* self) -> void* {
            static_cast<Joinable*>(self)->gate->wait();
            return self;
        };
        ::pthread_create(&thread, nullptr, run, this);
    }

    pthread_t thread{};
    std::optional<Gate> gate;
};

template <typename Join>
Wait thread_by(Join join) {
    const auto joinable = std::make_shared<Joinable>();
    return {[=] {
                void* result = nullptr;
                const int error = join(joinable->thread, &result);
                if (error != 0) return ended_by(error);
                joinable->start();
                return result == joinable.get() ? std::string() : std::string("other result");
            },
            [=] { joinable->gate->open(); }};
}

int join_within_twenty_seconds(pthread_t thread, void** result) {
    timespec end{};
    ::clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 20;
    return ::pthread_timedjoin_np(thread, result, &end);
}

}  // namespace

void add_conditions(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"pthread_cond_wait of C++", [] { return condition_by(::pthread_cond_wait); }},
         {"pthread_cond_wait of C++: broadcast",
          [] { return condition_by(::pthread_cond_wait, true); }},
         {"pthread_cond_wait of C", [] { return condition_of_c(c_wait); }},
         {"pthread_cond_timedwait of C",
          [] { return condition_of_c([](c_condition* on) { return c_timedwait(on, 20); }); }},
         {"pthread_cond_timedwait of C++", [] { return condition_by(wait_twenty_seconds); }},
         {"pthread_cond_clockwait of C++", [] { return condition_by(wait_by_clock); }},
         {"pthread_join", [] { return thread_by(::pthread_join); }},
         {"pthread_timedjoin_np", [] { return thread_by(join_within_twenty_seconds); }}});
}

}  // namespace waits
