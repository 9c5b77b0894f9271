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

/// An address to listen on, as `bind` names it.
struct TcpBind {
    std::string host;  ///< empty: every address of the machine
    std::uint16_t port = 0;
};
struct UnixBind {
    std::string path;
    std::optional<mode_t> mode;  ///< nothing: as the umask leaves it
};
using Bind = std::variant<TcpBind, UnixBind>;

/// Parses `host:port`, `[::1]:port`, `:port` or `unix:/path[,mode=0660]`. Throws
/// std::invalid_argument that says what is wrong.
[[nodiscard]] Bind parse_bind(std::string_view text);

/// A listening socket. If it is a Unix socket that this server has created, its file is removed
/// when the socket is given up.
struct ListeningSocket {
    UniqueFd fd;
    std::string name;  ///< "http://127.0.0.1:8000", "unix:/run/curfew.sock"
    std::optional<worker::NamedFile> file = {};
};

/// Opens sockets for all of `binds`. If a service manager has passed sockets (LISTEN_FDS,
/// LISTEN_PID), returns those instead, and removes the variables, so that no child process uses
/// them. A host name stands for all of its addresses that this machine has. Throws
/// std::runtime_error that names the address and what to do, and InUse if another process listens
/// there.
[[nodiscard]] std::vector<ListeningSocket> open_sockets(const std::vector<std::string>& binds,
                                                        int backlog);

}  // namespace curfew::master
