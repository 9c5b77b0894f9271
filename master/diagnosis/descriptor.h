#pragma once

#include "master/diagnosis/upstreams.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace curfew::master {

/// The peer that a socket of another process is connected to, or connects to. Nothing if it is not
/// such a socket, or if this process has no right to look at it.
[[nodiscard]] std::optional<sockaddr_storage> peer_of(pid_t pid, int fd);

/// Describes a descriptor of another process: the name of an upstream, the address of another peer,
/// or what /proc says: a path, "pipe:[1234]", "anon_inode:[eventfd]". Empty if this process has no
/// right to look.
[[nodiscard]] std::string describe_descriptor(pid_t pid, int fd, const Upstreams& upstreams);

}  // namespace curfew::master
