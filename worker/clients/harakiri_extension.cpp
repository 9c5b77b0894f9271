#include "worker/clients/harakiri_extension.h"

#include "handlers/base/error.h"
#include "handlers/context/call_context.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace curfew::worker {

namespace {

/// The deadline that a handler is told: with `harakiri = log` there is none.
Deadline enforced(const RunningCell& running) noexcept {
    return running.mode == Harakiri::on ? running.harakiri : Deadline::never();
}

}  // namespace

HarakiriExtension::HarakiriExtension(const RunningCell& running) noexcept
    : running_(running), harakiri_(enforced(running)) {}

void HarakiriExtension::begin(const RunningCell& running) noexcept {
    running_ = running;
    harakiri_.store(enforced(running), std::memory_order_relaxed);
}

void HarakiriExtension::end() noexcept {
    if (!kept_) return;  // the handler has returned, and its threads with it
    {
        const std::lock_guard lock(kept_->mutex_);
        kept_->over_ = true;
    }
    kept_.reset();
}

Deadline HarakiriExtension::extend(Duration from_now) {
    if (from_now < std::chrono::milliseconds(1)) {
        throw std::invalid_argument("extend: a limit is at least 1 ms");
    }
    const std::lock_guard lock(mutex_);
    // A child process has a copy of running_, which would differ from its parent's.
    if (::getpid() != running_.board.line().pid.load(std::memory_order_relaxed)) {
        throw std::logic_error("extend: a request is extended in its worker's process only");
    }
    if (over_) throw std::logic_error("extend: the request has been answered");

    const auto deadline = std::min(Deadline::in(from_now), running_.latest);
    if (running_.mode == Harakiri::off) return Deadline::never();
    if (!running_.board.move_deadline(running_.cell, running_.word, deadline)) {
        throw TimeoutError("the request could not be extended: its time was up");
    }
    running_.harakiri = deadline;
    if (running_.mode == Harakiri::log) return Deadline::never();
    const auto before = harakiri_.exchange(deadline, std::memory_order_relaxed);
    auto& told = call_context().limit;
    if (told == before || told > deadline) told = deadline;
    return deadline;
}

Deadline HarakiriExtension::harakiri() const noexcept {
    return harakiri_.load(std::memory_order_relaxed);
}

std::shared_ptr<Extension> HarakiriExtension::keep() {
    return kept_ = std::make_shared<HarakiriExtension>(running_);
}

}  // namespace curfew::worker
