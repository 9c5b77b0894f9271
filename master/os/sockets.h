#pragma once

#include "worker/os/located.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace curfew::master {

/// Where to listen, as `bind` says it.
struct TcpBind {
    std::string host;  ///< empty: every address of the machine
    std::uint16_t port = 0;
};
struct UnixBind {
    std::string path;
    std::optional<mode_t> mode;  ///< nothing: as the umask leaves it
};
using Bind = std::variant<TcpBind, UnixBind>;

/// Reads `host:port`, `[::1]:port`, `:port` or `unix:/path[,mode=0660]`.
/// Throws std::invalid_argument with what is wrong.
[[nodiscard]] Bind parse_bind(std::string_view text);

/// One listening socket, and the file to remove when it is given up, if it is a Unix one of ours.
struct ListeningSocket {
    UniqueFd fd;
    std::string name;  ///< "http://127.0.0.1:8000", "unix:/run/curfew.sock"
    std::optional<worker::NamedFile> file = {};
};

/// Opens sockets for all of `binds`; for none of them, if service managers handed over any
/// (LISTEN_FDS, LISTEN_PID): then those. The variables are removed, so that no child heeds them.
/// A host's name stands for all of its addresses that this machine has.
/// Throws std::runtime_error naming the address and what to do, InUse if somebody listens there.
[[nodiscard]] std::vector<ListeningSocket> open_sockets(const std::vector<std::string>& binds,
                                                        int backlog);

}  // namespace curfew::master
