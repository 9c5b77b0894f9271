#pragma once

#include <string>
#include <vector>

namespace curfew {

/// What is known of a host's name.
struct HostAddresses {
    enum class State {
        found,
        unknown,  ///< there is no such name, or it has no address of that family
        failed,   ///< no name server could tell, or the context had expired before one did
    };
    State state = State::failed;
    std::vector<std::string> texts = {};  ///< "192.0.2.1", "2001:db8::1": the best comes first
    std::string canonical_name = {};
};

/// The addresses of a host, from /etc/hosts and from the name servers. The wait obeys
/// call_context(): on a fiber it lets others run, and it needs no thread. The servers, the search
/// domains, the number of tries and the timeouts are those of libc's resolver for this thread
/// (`_res`): from /etc/resolv.conf and the environment, or as the thread itself has set them.
///
/// Results are cached for as long as the servers allow it, and for a second at least.
/// `family`: AF_INET, AF_INET6 or AF_UNSPEC. Throws std::bad_alloc.
[[nodiscard]] HostAddresses look_up(const std::string& name, int family);

}  // namespace curfew
