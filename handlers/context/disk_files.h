#pragma once

#include "descriptor_set.h"

namespace curfew {

/// Descriptors that were found to be files on disks when a call would have had to wait. So the next
/// call need not ask. A descriptor leaves the set when it is closed, see own_descriptors.cpp. Where
/// it is closed past libc, it stays; a wait on what then has its number blocks, as it would without
/// a limit.
inline constinit DescriptorSet disk_files{};

}  // namespace curfew
