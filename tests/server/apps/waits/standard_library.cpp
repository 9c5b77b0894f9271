// What C++ programs wait with.
#include "objects.h"
#include "row.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/socket.h>

using namespace std::chrono_literals;

namespace waits {

namespace {

template <typename Mutex>
struct Held {
    Held() {
        holder.emplace([this] { mutex.lock(); }, [this] { mutex.unlock(); });
    }

    Mutex mutex;
    std::optional<Holder> holder;
};

/// `lock(mutex)` says whether it has locked.
template <typename Mutex, typename Lock>
Wait mutex_by(Lock lock) {
    const auto held = std::make_shared<Held<Mutex>>();
    return {[=] {
                if (!lock(held->mutex)) return std::string("false");
                held->mutex.unlock();
                return std::string();
            },
            [=] { held->holder->release_and_wait(); }};
}

template <typename Mutex>
bool lock(Mutex& mutex) {
    mutex.lock();
    return true;
}

template <typename Mutex>
bool lock_for(Mutex& mutex) {
    return mutex.try_lock_for(20s);
}

Wait shared_mutex_read() {
    const auto held = std::make_shared<Held<std::shared_mutex>>();
    return {[=] {
                const std::shared_lock locked(held->mutex);
                return std::string();
            },
            [=] { held->holder->release_and_wait(); }};
}

struct Condition {
    std::mutex mutex;
    std::condition_variable changed;
    std::condition_variable_any changed_too;
    bool ready = false;
};

/// `wait(condition, lock, predicate)` says whether the predicate is true.
template <typename WaitFor>
Wait condition_by(WaitFor wait) {
    const auto condition = std::make_shared<Condition>();
    return {[=] {
                std::unique_lock locked(condition->mutex);
                if (!wait(*condition, locked, [&] { return condition->ready; })) {
                    return std::string("false");
                }
                condition->ready = false;
                return std::string();
            },
            [=] {
                const std::scoped_lock locked(condition->mutex);
                condition->ready = true;
                condition->changed.notify_one();
                condition->changed_too.notify_one();
            }};
}

/// `ask(future)` says whether the result is there.
template <typename Ask>
Wait future_by(Ask ask) {
    struct State {
        std::promise<int> promise;
        std::shared_future<int> future = promise.get_future().share();  // get() can be called again
    };
    const auto state = std::make_shared<std::optional<State>>(std::in_place);
    return {[=] {
                if (!ask((*state)->future)) return std::string("timeout");
                state->emplace();
                return std::string();
            },
            [=] { (*state)->promise.set_value(1); }};
}

/// The task waits for a byte, and the caller for the task.
Wait async_task() {
    const auto ends = std::make_shared<Ends>(socket_pair());
    return {[=] {
                auto task = std::async(std::launch::async, [=] {
                    char byte;
                    return ended(::recv(ends->near.get(), &byte, 1, 0), 1);
                });
                try {
                    return task.get();
                } catch (const std::system_error&) {
                    // At the limit. The destructor waits for the task, which uses up the byte.
                    { const auto ended = std::move(task); }
                    put_byte(ends->far.get());
                    throw;
                }
            },
            [=] { put_byte(ends->far.get()); }};
}

struct Runs {
    Runs() { start(); }
    ~Runs() {
        gate->open();
        if (thread.joinable()) thread.join();
    }

    void start() {
        gate.emplace();
        thread = std::thread([this] { gate->wait(); });
    }

    std::optional<Gate> gate;
    std::thread thread;
};

Wait thread_to_join() {
    const auto runs = std::make_shared<Runs>();
    return {[=] {
                runs->thread.join();
                runs->start();
                return std::string();
            },
            [=] { runs->gate->open(); }};
}

Wait atomic_to_change() {
    const auto number = std::make_shared<std::atomic<int>>(0);
    return {[=] {
                number->wait(0);
                number->store(0);
                return std::string();
            },
            [=] {
                number->store(1);
                number->notify_all();
            }};
}

template <typename Take>
Wait semaphore_by(Take take) {
    const auto semaphore = std::make_shared<std::counting_semaphore<>>(0);
    return {[=] { return take(*semaphore) ? std::string() : std::string("false"); },
            [=] { semaphore->release(); }};
}

}  // namespace

void add_standard_library(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"std::mutex", [] { return mutex_by<std::mutex>(lock<std::mutex>); }},
         {"std::recursive_mutex",
          [] { return mutex_by<std::recursive_mutex>(lock<std::recursive_mutex>); }},
         {"std::timed_mutex::try_lock_for",
          [] { return mutex_by<std::timed_mutex>(lock_for<std::timed_mutex>); }},
         {"std::shared_mutex", [] { return mutex_by<std::shared_mutex>(lock<std::shared_mutex>); }},
         {"std::shared_mutex: shared", shared_mutex_read},
         {"std::condition_variable::wait",
          [] {
              return condition_by([](Condition& on, auto& locked, auto ready) {
                  on.changed.wait(locked, ready);
                  return true;
              });
          }},
         {"std::condition_variable::wait_for",
          [] {
              return condition_by([](Condition& on, auto& locked, auto ready) {
                  return on.changed.wait_for(locked, 20s, ready);
              });
          }},
         {"std::condition_variable_any::wait",
          [] {
              return condition_by([](Condition& on, auto& locked, auto ready) {
                  on.changed_too.wait(locked, ready);
                  return true;
              });
          }},
         {"std::future::wait_for",
          [] {
              return future_by([](std::shared_future<int>& future) {
                  return future.wait_for(20s) == std::future_status::ready;
              });
          }},
         {"std::future::wait",
          [] {
              return future_by([](std::shared_future<int>& future) {
                  future.wait();
                  return true;
              });
          }},
         {"std::future::get",
          [] {
              return future_by([](std::shared_future<int>& future) { return future.get() == 1; });
          }},
         {"std::async", async_task},
         {"std::thread::join", thread_to_join},
         {"std::atomic::wait", atomic_to_change},
         {"std::counting_semaphore::acquire",
          [] {
              return semaphore_by([](auto& semaphore) {
                  semaphore.acquire();
                  return true;
              });
          }},
         {"std::counting_semaphore::try_acquire_for", [] {
              return semaphore_by([](auto& semaphore) { return semaphore.try_acquire_for(20s); });
          }}});
}

}  // namespace waits
