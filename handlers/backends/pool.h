#pragma once

#include "../context/own_mutex.h"
#include "per_process.h"

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
///
/// In a child process the connections are its parent's: to use them mixes up the two, and to close
/// one says goodbye in the parent's name. So they are neither used nor closed.
template <typename Handle>
class Pool {
  public:
    /// The one used last for this key, empty if there is none.
    [[nodiscard]] Handle take(std::string_view key) {
        auto& [mutex, idle] = own_.get();
        const std::lock_guard lock(mutex);
        for (auto entry = idle.rbegin(); entry != idle.rend(); ++entry) {
            if (entry->key != key) continue;
            Handle handle = std::move(entry->handle);
            idle.erase(std::next(entry).base());
            return handle;
        }
        return {};
    }

    /// Keeps at most `most`; those that have been idle longest have to go.
    void put(std::string key, Handle handle, int most) {
        std::vector<Entry> surplus;  // closed after the lock is gone
        auto& [mutex, idle] = own_.get();
        const std::lock_guard lock(mutex);
        idle.push_back({std::move(key), std::move(handle)});
        while (idle.size() > static_cast<std::size_t>(most)) {
            surplus.push_back(std::move(idle.front()));
            idle.erase(idle.begin());
        }
    }

  private:
    struct Entry {
        std::string key;
        Handle handle;
    };
    struct Idle {
        OwnMutex mutex;
        std::vector<Entry> entries;
    };

    PerProcess<Idle> own_;
};

}  // namespace curfew
