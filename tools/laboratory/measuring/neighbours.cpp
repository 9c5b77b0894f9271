#include "tools/laboratory/measuring/neighbours.h"

#include "tools/support/client.h"
#include "tools/support/wait_until.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace curfew::laboratory {

namespace {

using namespace std::chrono_literals;

constexpr auto pause = 10ms;

}  // namespace

Neighbours::Neighbours(std::string url) : url_(std::move(url)) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this, i] { visit(i); });
}

Neighbours::~Neighbours() { leaving_ = true; }

void Neighbours::visit(int client) {
    std::optional<tools::Client> connection;
    for (; !leaving_; std::this_thread::sleep_for(pause)) {
        if (connection && connection->hears_within(0ms)) connection.reset();  // it has ended
        const auto start = Clock::now();
        since_[static_cast<std::size_t>(client)] = start.time_since_epoch().count();
        bool answered = false;
        try {
            if (!connection) connection.emplace(url_);
            const auto reply = connection->get("/hello");
            answered = reply.status == 200 && reply.whole;
            const bool kept = client % 2 == 0 && reply.field("Connection") != "close";
            if (!answered || !kept) connection.reset();
        } catch (const std::exception&) {
            connection.reset();
        }
        const std::scoped_lock lock(mutex_);
        visits_.push_back({start, Clock::now(), answered});
        since_[static_cast<std::size_t>(client)] = 0;
    }
}

Others Neighbours::between(Clock::time_point start, Clock::time_point end, double tolerance_ms) {
    static_cast<void>(tools::wait_until([&] {
        return std::ranges::none_of(since_, [&](const auto& since) {
            return since != 0 && since < end.time_since_epoch().count();
        });
    }));
    const std::scoped_lock lock(mutex_);
    Others others;
    for (const auto& visit : visits_) {
        if (visit.end < start || visit.start > end) continue;
        const auto took = milliseconds(visit.end - visit.start);
        ++others.sent;
        if (!visit.answered) ++others.lost;
        if (visit.answered && took > tolerance_ms) ++others.delayed;
        others.slowest_ms = std::max(others.slowest_ms, took);
    }
    visits_.clear();
    return others;
}

}  // namespace curfew::laboratory
