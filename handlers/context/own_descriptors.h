#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace curfew {

/// Descriptors that belong to the server, which the code of handlers can neither close nor shut
/// down nor make block: the executable defines close(2), its relatives, shutdown(2), fcntl(2) and
/// fclose(3) itself, and refuses them with EBADF while a handler runs.
/// Without that, one that closes what it has not opened (`for (fd = 3; ...)`) takes from the client
/// its answer, and from the server its loop. Children that a handler forks may close what they
/// like. Calls that go around libc are not seen.
void protect_descriptor(int fd) noexcept;

/// For its owner, before it is closed while a handler runs.
void give_up_descriptor(int fd) noexcept;

struct OpenDescriptor {
    int fd;
    dev_t device;
    ino_t inode;

    bool operator==(const OpenDescriptor&) const = default;
};

/// Those that are open. The keeper, which shares them, may have some for a moment only.
[[nodiscard]] std::vector<OpenDescriptor> open_descriptors();

/// Protects what is open at the moment, but for those. Only in the process that calls this
/// something is refused.
void protect_open_descriptors(const std::vector<OpenDescriptor>& spared);

struct Refusals {
    std::string route;  ///< whose handler it was
    int first = 0;      ///< the lowest descriptor
    int last = 0;
    unsigned number = 0;
};

/// Readable once something has been refused.
[[nodiscard]] int refusals_fd();

/// What has been refused since the last call.
[[nodiscard]] std::optional<Refusals> take_refusals();

}  // namespace curfew
