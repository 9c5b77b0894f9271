#pragma once

#include <memory>
#include <string>
#include <vector>

namespace demo {

/// What an interrupted process says of itself.
enum class Health {
    survived,
    leaked,           ///< destructors have not run
    lock_stuck,       ///< a mutex that nobody will free any more
    connection_lost,  ///< unusable, but it says so
    previous_answer,  ///< the next request on the connection got the answer to the one before
};

/// Work that is interrupted at any instruction. Made, used and left in a disposable child.
class Victim {
  public:
    virtual ~Victim() = default;

    /// A round of the work; there is no end of them.
    virtual void work() = 0;

    /// After the interruption, whether this process can go on. May hang or crash.
    virtual Health check() = 0;
};

struct VictimKind {
    std::string_view name;
    std::string_view shows;
    /// In the parent. Throws BackendError if the server that it needs is not there.
    void (*prepare)();
    std::unique_ptr<Victim> (*make)();
};

[[nodiscard]] const std::vector<VictimKind>& victim_kinds();

}  // namespace demo
