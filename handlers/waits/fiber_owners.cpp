#include "fiber_owners.h"

#include "../context/limited_poll.h"
#include "parking_lot.h"

#include <algorithm>
#include <new>
#include <vector>

namespace curfew {

namespace {

struct Entry {
    const pthread_mutex_t* mutex;
    const Parking* fiber;
    unsigned depth;
};

std::vector<Entry>& entries() noexcept {
    thread_local std::vector<Entry> all;
    return all;
}

/// How many there are. Other objects of a thread may unlock mutexes when the list is destroyed
/// already, so that an empty list must not be looked into.
constinit thread_local std::size_t number = 0;

/// Null if there is none.
Entry* find(const pthread_mutex_t& mutex) noexcept {
    if (number == 0) return nullptr;
    const auto found = std::ranges::find(entries(), &mutex, &Entry::mutex);
    return found == entries().end() ? nullptr : &*found;
}

int type_of(const pthread_mutex_t& mutex) noexcept {
    return mutex.__data.__kind & (PTHREAD_MUTEX_RECURSIVE_NP | PTHREAD_MUTEX_ERRORCHECK_NP);
}

}  // namespace

bool FiberOwners::apply_to(const pthread_mutex_t& mutex) noexcept {
    return type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK_NP || is_recursive(mutex);
}

bool FiberOwners::is_recursive(const pthread_mutex_t& mutex) noexcept {
    return type_of(mutex) == PTHREAD_MUTEX_RECURSIVE_NP;
}

FiberOwners::Owner FiberOwners::owner_of(const pthread_mutex_t& mutex) noexcept {
    const auto* const found = find(mutex);
    if (!found) return Owner::none;
    return found->fiber == current_context.parking ? Owner::this_fiber : Owner::another_fiber;
}

bool FiberOwners::reserve() noexcept {
    try {
        auto& all = entries();
        if (all.size() == all.capacity()) all.reserve(2 * all.size() + 8);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void FiberOwners::locked(const pthread_mutex_t& mutex) noexcept {
    if (auto* const found = find(mutex)) {
        ++found->depth;
        return;
    }
    entries().push_back({&mutex, current_context.parking, 1});
    ++number;
    parked.number.fetch_add(1);
}

void FiberOwners::unlocked(const pthread_mutex_t& mutex) noexcept {
    auto* const found = find(mutex);
    if (!found || --found->depth > 0) return;
    *found = entries().back();
    entries().pop_back();
    --number;
    parked.number.fetch_sub(1);
}

}  // namespace curfew
