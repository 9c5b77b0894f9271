#include <curfew/app.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;

namespace {

Duration milliseconds(const Request& request, const char* name) {
    return std::chrono::milliseconds(std::stoi(request.query(name).value_or("0")));
}

/// Sleeps under a limit, and says whether it slept to the end.
Response nap(const Request& request) {
    const auto time = milliseconds(request, "time");
    try {
        with_timeout(
            milliseconds(request, "limit"), request.param("strategy"),
            [](Duration all) { ::usleep(static_cast<useconds_t>(all.count() / 1000)); }, time);
        return text("slept\n");
    } catch (const TimeoutError&) {
        return text("woken\n");
    }
}

/// Parks while an exception is being handled, which each fiber must find again as its own.
Response nap_in_catch(const Request& request) {
    try {
        throw std::runtime_error(request.param("name"));
    } catch (const std::runtime_error&) {
        ::usleep(static_cast<useconds_t>(milliseconds(request, "time").count() / 1000));
        try {
            throw;
        } catch (const std::runtime_error& mine) {
            return text(mine.what());
        }
    }
}

/// Extends the request from within a function under some strategy, goes on, and says what has come
/// of it, in milliseconds.
Response extend(const Request& request) {
    const auto extended = [&] { return request.extend(milliseconds(request, "by")).remaining(); };
    const auto left = with_timeout(60s, request.param("strategy"), extended);
    sleep_for(milliseconds(request, "time"));
    const auto due = request.deadline().remaining();
    if (due > left) throw std::logic_error("the deadline has not followed");
    return text(
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(left).count()));
}

/// Under strategy `thread`: goes on once its client has been answered, which the next request says.
Response extend_in_vain(const Request& request) {
    static std::atomic<bool> answered{false};  // a wait would end at the limit
    static std::promise<std::string> said;
    if (request.query("answered")) {
        answered = true;
        return text(said.get_future().get());
    }
    while (!answered) std::this_thread::yield();
    try {
        request.extend(1h);
        said.set_value("extended");
    } catch (const std::logic_error& error) {
        said.set_value(error.what());
    }
    return text("nobody reads this");
}

Duration cpu_time_of_thread() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// For so much time, or until it has computed for so long: on a busy machine that takes longer.
Response spin(const Request& request) {
    if (request.query("cpu")) {
        const auto end = cpu_time_of_thread() + milliseconds(request, "cpu");
        while (cpu_time_of_thread() < end) continue;
        return text("spun\n");
    }
    const auto end = Deadline::in(milliseconds(request, "time"));
    while (!end.passed()) continue;
    return text("spun\n");
}

/// Computes and waits in turns, about ten milliseconds each.
Response slices(const Request& request) {
    for (int left = std::stoi(request.query("number").value_or("0")); left > 0; --left) {
        const auto end = Deadline::in(10ms);
        while (!end.passed()) continue;
        ::usleep(10'000);
    }
    return text("sliced\n");
}

Response leak(const Request& request) {
    const auto megabytes = std::stoul(request.query("megabytes").value_or("0"));
    static std::vector<std::string> kept;
    kept.emplace_back(megabytes << 20, 'x');
    return text("leaked\n");
}

/// Leaves a thread behind that waits for ever.
Response abandon(const Request&) {
    with_timeout(20ms, "thread", [] {
        const std::atomic<bool> never{false};
        never.wait(false);  // which no limit ends
    });
    return text("never\n");
}

int depth_of_stack(int left) {
    volatile char page[4096];
    page[0] = static_cast<char>(left);
    return left == 0 ? page[0] : depth_of_stack(left - 1) + page[0];
}

}  // namespace

void routes(Router& router) {
    router.get("/hello", [](const Request&) { return text("Hello\n"); });
    router.get("/deadline", [](const Request& request) {
        return text(std::to_string(
            std::chrono::duration_cast<std::chrono::milliseconds>(request.deadline().remaining())
                .count()));
    });
    router.get("/nap/:strategy", nap);
    router.get("/extend/:strategy", extend);
    router.get("/extend-in-helper", [](const Request& request) {
        request.extend(1s);
        return text("extended");
    });
    router.get("/extend-in-vain", extend_in_vain).within(100ms).by("thread");
    router.get("/catch/:name", nap_in_catch);
    router.get("/spin", spin);
    router.get("/slices", slices);
    router.get("/leak", leak);
    router.get("/abandon", abandon);
    router
        .get("/within/:name",
             [](const Request& request) {
                 sleep_for(milliseconds(request, "time"));
                 return text("slept\n");
             })
        .within(100ms);
    router.get("/deep", [](const Request& request) {
        return text(
            std::to_string(depth_of_stack(std::stoi(request.query("pages").value_or("1")))));
    });
    router.get("/stream", [](const Request&) {
        return stream("text/plain", [left = 5]() mutable -> std::optional<std::string> {
            ::usleep(50'000);
            if (left-- == 0) return std::nullopt;
            return "piece\n";
        });
    });
}
