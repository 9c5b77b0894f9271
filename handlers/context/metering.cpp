#include "metering.h"

#include "call_context.h"
#include "meter.h"
#include "meter_word.h"

#include <atomic>

namespace curfew {

bool Metering::holds(std::uint64_t word) const noexcept {
    return meter_->request_.load(std::memory_order_relaxed) == request_ &&
           MeterWord::of(word).epoch == epoch_;
}

std::uint64_t Metering::since(Deadline::Clock::time_point now) const noexcept {
    return microseconds(now.time_since_epoch() - Duration(request_));
}

bool Metering::enter(Stage stage, std::string_view upstream,
                     Deadline::Clock::time_point now) const noexcept {
    if (!meter_) return false;
    auto word = meter_->word_.load(std::memory_order_relaxed);
    auto next = MeterWord::of(word);
    if (!holds(word) || next.stage != Stage::handler) return false;
    next.stage = stage;
    next.check = meter_->store_name(upstream);
    next.measured = true;
    next.since = since(now);
    return meter_->word_.compare_exchange_strong(word, next.packed(), std::memory_order_release,
                                                 std::memory_order_relaxed);
}

void Metering::rename(std::string_view upstream) const noexcept {
    if (!meter_) return;
    auto word = meter_->word_.load(std::memory_order_relaxed);
    auto next = MeterWord::of(word);
    if (!holds(word) || next.stage <= Stage::handler) return;
    next.check = meter_->store_name(upstream);
    meter_->word_.compare_exchange_strong(word, next.packed(), std::memory_order_release,
                                          std::memory_order_relaxed);
}

void Metering::leave(Deadline::Clock::time_point now) const noexcept {
    if (!meter_) return;
    auto word = meter_->word_.load(std::memory_order_relaxed);
    const auto call = MeterWord::of(word);
    if (!holds(word) || call.stage <= Stage::handler) return;
    auto next = call;
    next.stage = Stage::handler;
    next.since = since(now);
    if (!meter_->word_.compare_exchange_strong(word, next.packed(), std::memory_order_release,
                                               std::memory_order_relaxed)) {
        return;
    }
    meter_->add(call.stage, request_, next.since > call.since ? next.since - call.since : 0);
}

LentMetering::LentMetering() noexcept : own_(call_context().metering) {
    if (!own_ || own_.lent_) return;
    auto word = own_.meter_->word_.load(std::memory_order_relaxed);
    if (!own_.holds(word)) return;
    auto next = MeterWord::of(word);
    do {
        next.epoch =
            own_.meter_->lent_.fetch_add(1, std::memory_order_relaxed) & MeterWord::epoch_mask;
    } while (next.epoch == own_.epoch_);
    if (!own_.meter_->word_.compare_exchange_strong(word, next.packed())) return;
    borrowed_ = Metering(*own_.meter_, own_.request_, next.epoch);
    borrowed_.lent_ = true;
}

LentMetering::~LentMetering() {
    if (!borrowed_) return;
    auto word = own_.meter_->word_.load(std::memory_order_relaxed);
    auto call = MeterWord::of(word);
    auto next = call;
    do {
        if (!borrowed_.holds(word)) return;
        next = call = MeterWord::of(word);
        next.epoch = own_.epoch_;
        if (call.stage <= Stage::handler) continue;
        next.stage = Stage::handler;
        next.since = own_.since(Deadline::Clock::now());
    } while (!own_.meter_->word_.compare_exchange_weak(word, next.packed()));
    if (call.stage <= Stage::handler) return;
    own_.meter_->add(call.stage, own_.request_,
                     next.since > call.since ? next.since - call.since : 0);
}

MeteringScope::MeteringScope(const Metering& metering) noexcept : before_(call_context().metering) {
    call_context().metering = metering;
}

MeteringScope::~MeteringScope() { call_context().metering = before_; }

}  // namespace curfew
