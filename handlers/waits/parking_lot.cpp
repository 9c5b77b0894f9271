#include "parking_lot.h"

#include "../context/copies.h"
#include "../context/kernel_wait.h"
#include "real.h"

#include <poll.h>
#include <pthread.h>

#include <array>
#include <cstdint>
#include <exception>
#include <utility>

namespace curfew {

constinit ParkedNumber parked;

namespace {

constexpr Duration without_descriptor = std::chrono::milliseconds(1);

/// Not by this executable's own functions, which would look into the lot again.
constinit Real<int (*)(pthread_mutex_t*)> real_lock("pthread_mutex_lock");
constinit Real<int (*)(pthread_mutex_t*)> real_unlock("pthread_mutex_unlock");

/// Waiters are found by their addresses, in the order of their arrival.
constexpr std::size_t number_of_buckets = 64;

/// True while this thread has a bucket locked. A signal handler that interrupts it must not wait
/// for a bucket.
constinit thread_local volatile bool inside = false;
/// A signal handler has asked for a wake-up meanwhile.
constinit thread_local volatile bool missed = false;

/// In a child process: the entries of its parent are forgotten.
bool forgotten = false;

}  // namespace

struct alignas(64) Parked::Bucket {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    Parked* first = nullptr;
    Parked* last = nullptr;

    static constinit std::array<Bucket, number_of_buckets> all;

    /// A child process has none of the fibers, and the thread that had locked a bucket is not
    /// there.
    static void forget_all() noexcept {
        for (auto& each : all) {
            each.mutex = PTHREAD_MUTEX_INITIALIZER;
            each.first = each.last = nullptr;
        }
        parked.number.store(0);
        inside = false;
        forgotten = true;
    }
};

constinit std::array<Parked::Bucket, number_of_buckets> Parked::Bucket::all;

/// Has a bucket locked. Its sections are short, and nothing in them waits: tokens are raised and
/// cleared without the limit of the running code.
class Parked::Inside {
  public:
    explicit Inside(Bucket& bucket) noexcept : bucket_(bucket) {
        inside = true;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        real_lock(&bucket_.mutex);
    }
    ~Inside() {
        real_unlock(&bucket_.mutex);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        inside = false;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (missed) wake_all();
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

  private:
    /// Whom the signal handler meant is not known. Those that are woken for nothing line up again.
    static void wake_all() noexcept {
        missed = false;
        for (auto& each : Bucket::all) {
            const Inside one(each);
            for (Parked* waiter = each.first; waiter; waiter = waiter->next_) {
                if (waiter->token_) (*waiter->token_)->raise();
            }
        }
    }

    Bucket& bucket_;
    const ContextScope none_{CallContext{}};
};

Parked::Bucket& Parked::bucket_of(const void* address) noexcept {
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    return Bucket::all[(number >> 3 ^ number >> 9) % number_of_buckets];
}

void Parked::link(Bucket& bucket) noexcept {
    previous_ = std::exchange(bucket.last, this);
    next_ = nullptr;
    (previous_ ? previous_->next_ : bucket.first) = this;
}

void Parked::unlink(Bucket& bucket) noexcept {
    (previous_ ? previous_->next_ : bucket.first) = next_;
    (next_ ? next_->previous_ : bucket.last) = previous_;
}

Parked::Parked(const void* address, std::uint32_t bits) noexcept : address_(address), bits_(bits) {
    [[maybe_unused]] static const int once = ::pthread_atfork(nullptr, nullptr, Bucket::forget_all);
    try {
        const ContextScope none{CallContext{}};  // the pool has a mutex
        token_.emplace();
    } catch (const std::exception&) {
        token_.reset();
    }
    parked.number.fetch_add(1);
    {
        auto& bucket = bucket_of(address);
        const Inside one(bucket);
        link(bucket);
    }
    order_after_change();
}

bool Parked::leave() noexcept {
    {
        auto& bucket = bucket_of(address_);
        const Inside one(bucket);
        if (!woken()) unlink(bucket);
    }
    parked.number.fetch_sub(1);
    left_ = true;
    return woken();
}

Parked::~Parked() {
    if (!left_ && leave() && !accepted_) wake_parked(address_, 1, bits_);
    {
        const ContextScope none{CallContext{}};
        token_.reset();
    }
    errno = errno_;
}

void Parked::wait(Deadline until) noexcept {
    if (woken()) return;
    if (!token_) {
        limited_poll(nullptr, 0, std::min(until, Deadline::in(without_descriptor)));
        return;
    }
    pollfd wakes{.fd = (*token_)->fd(), .events = POLLIN, .revents = 0};
    // If there is no memory to park with, the thread has to wait.
    if (limited_poll(&wakes, 1, until) < 0) {
        kernel_wait(nullptr, 0, Deadline::in(without_descriptor));
    }
}

void Parked::rearm() noexcept {
    if (!woken() && !(token_ && (*token_)->raised())) return;
    {
        auto& bucket = bucket_of(address_);
        const Inside one(bucket);
        if (woken()) link(bucket);
        woken_.store(false, std::memory_order_relaxed);
        if (token_) (*token_)->clear();
    }
    order_after_change();
}

void Parked::quiet() noexcept {
    if (!token_ || !(*token_)->raised()) return;
    const Inside one(bucket_of(address_));
    if (!woken()) (*token_)->clear();
}

int wake_parked(const void* address, int most, std::uint32_t bits) noexcept {
    // A child that was not made by fork() has the entries of its parent, whose descriptors it
    // shares.
    if (is_copy() && !forgotten) return 0;
    if (inside) {
        missed = true;
        return 0;
    }
    int number = 0;
    auto& bucket = Parked::bucket_of(address);
    const Parked::Inside one(bucket);
    for (Parked* waiter = bucket.first; waiter && number < most;) {
        Parked* const next = waiter->next_;
        if (waiter->address_ == address && (waiter->bits_ & bits) != 0) {
            waiter->unlink(bucket);
            waiter->woken_.store(true, std::memory_order_release);
            if (waiter->token_) (*waiter->token_)->raise();
            ++number;
        }
        waiter = next;
    }
    return number;
}

bool on_fiber() noexcept { return current_context.parking && !is_copy(); }

bool must_park() noexcept {
#ifdef __SANITIZE_THREAD__
    return true;  // it does not know the functions with a clock, and would not see who has a lock
#else
    return on_fiber() || (current_context.token && current_context.token_ends_waits);
#endif
}

CallContext context_without_limit() noexcept {
    auto context = current_context;
    context.deadline = Deadline::never();
    context.token = nullptr;
    return context;
}

}  // namespace curfew
