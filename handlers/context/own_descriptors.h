#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace curfew {

/// Protects a descriptor of the server: the code of handlers can neither close it, nor shut it
/// down, nor make it block. The executable defines close(2), its relatives, shutdown(2), fcntl(2)
/// and fclose(3) itself, and these fail with EBADF while a handler runs. Otherwise a handler that
/// closes all descriptors (`for (fd = 3; ...)`) would close the client's connection and the event
/// loop. Child processes of a handler may close any descriptor. System calls that bypass libc are
/// not refused.
void protect_descriptor(int fd) noexcept;

/// True if a call that uses this descriptor is to be refused, which is noted. Then errno should be
/// EBADF. For definitions of libc's functions in rooms above.
[[nodiscard]] bool refuses_use(int fd) noexcept;

/// Ends the protection. The owner calls this before it closes the descriptor while a handler runs.
void give_up_descriptor(int fd) noexcept;

struct OpenDescriptor {
    int fd;
    dev_t device;
    ino_t inode;

    bool operator==(const OpenDescriptor&) const = default;
};

/// The descriptors that are open. Some may be the keeper's, which shares them, and soon closed.
[[nodiscard]] std::vector<OpenDescriptor> open_descriptors();

/// Protects all descriptors that are open now, except `spared`. Calls are refused only in the
/// process that calls this, not in its children.
void protect_open_descriptors(const std::vector<OpenDescriptor>& spared);

/// Calls that were refused.
struct Refusals {
    std::string route;  ///< of the first handler
    int first = 0;      ///< the lowest descriptor
    int last = 0;
    unsigned number = 0;
};

/// Readable once something has been refused.
[[nodiscard]] int refusals_fd();

/// The calls that were refused since this was last asked.
[[nodiscard]] std::optional<Refusals> take_refusals();

}  // namespace curfew
