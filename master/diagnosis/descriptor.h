#pragma once

#include "master/diagnosis/upstreams.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace curfew::master {

/// Whom a socket of another process is connected to, or is about to be. Nothing if it is no
/// connected socket, or one that may not be looked at.
[[nodiscard]] std::optional<sockaddr_storage> peer_of(pid_t pid, int fd);

/// What a descriptor of another process is: an upstream by its name, the address of another peer,
/// or what /proc says: a path, "pipe:[1234]", "anon_inode:[eventfd]". Empty: it may not be known.
[[nodiscard]] std::string describe_descriptor(pid_t pid, int fd, const Upstreams& upstreams);

}  // namespace curfew::master
