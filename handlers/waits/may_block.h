#pragma once

struct stat;

namespace curfew {

/// Whether what is open there, or is to be opened, is of a kind on which calls may wait for
/// somebody else: a pipe, a FIFO, a socket, a terminal. True if it is not known.
[[nodiscard]] bool may_block(int fd) noexcept;
[[nodiscard]] bool may_block(const struct stat& status) noexcept;

/// The same for a file that is to be opened. False if there is none.
[[nodiscard]] bool opening_may_block(int directory, const char* path) noexcept;

}  // namespace curfew
