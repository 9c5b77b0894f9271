#pragma once

#include <unistd.h>

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew {

/// Idle connections. Who needs one takes it out and has it alone; who is done puts it back, but
/// only if the last exchange over it ended well. What is not put back is closed by its owner.
/// `Handle`: a unique_ptr. From any thread; the lock is never held during a wait.
template <typename Handle>
class Pool {
  public:
    /// The one used last for this key, empty if there is none.
    [[nodiscard]] Handle take(std::string_view key) {
        const std::lock_guard lock(mutex_);
        forget_if_forked();
        for (auto entry = idle_.rbegin(); entry != idle_.rend(); ++entry) {
            if (entry->key != key) continue;
            Handle handle = std::move(entry->handle);
            idle_.erase(std::next(entry).base());
            return handle;
        }
        return {};
    }

    /// Keeps at most `most`; those that have been idle longest have to go.
    void put(std::string key, Handle handle, int most) {
        std::vector<Entry> surplus;  // closed after the lock is gone
        const std::lock_guard lock(mutex_);
        forget_if_forked();
        idle_.push_back({std::move(key), std::move(handle)});
        while (idle_.size() > static_cast<std::size_t>(most)) {
            surplus.push_back(std::move(idle_.front()));
            idle_.erase(idle_.begin());
        }
    }

  private:
    struct Entry {
        std::string key;
        Handle handle;
    };

    /// In a child process these are its parent's connections: to use them mixes up the two, and to
    /// close one says goodbye in the parent's name. So they are neither used nor closed.
    void forget_if_forked() {
        const pid_t self = ::getpid();
        if (owner_ == self) return;
        for (auto& entry : idle_) static_cast<void>(entry.handle.release());
        idle_.clear();
        owner_ = self;
    }

    std::mutex mutex_;
    pid_t owner_ = ::getpid();
    std::vector<Entry> idle_;
};

}  // namespace curfew
