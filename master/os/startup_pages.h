#pragma once

namespace curfew::master {

/// Returns memory to the kernel that only the start needed: what parsing the configuration has left
/// on the heap, and the pages of executables and libraries that were read to link them. To be
/// called before the first fork, because every worker would inherit these pages. See
/// worker/os/file_pages.h.
void drop_startup_pages() noexcept;

}  // namespace curfew::master
