#pragma once

#include <curfew/base/unique_fd.h>

#include <string>
#include <string_view>
#include <vector>

namespace demo::lab {

/// A network between the functions and the servers that they ask.
struct Network {
    std::string_view name;
    std::string_view shows;  ///< what it is like, in a few words
    std::string_view words;  ///< for tools/impair; none: as it is
};

/// The sound one comes first.
[[nodiscard]] const std::vector<Network>& networks();

/// Throws curfew::HttpError 400 that names the choices, or says that there are no proxies for it.
[[nodiscard]] const Network& find_network(std::string_view name);

/// Whether there are proxies that can make the network bad: the environment variable DEMO_NETWORK
/// names their control sockets, with commas between them (see tools/network).
[[nodiscard]] bool network_can_be_bad();

/// Keeps all those proxies in a condition, for as long as it lives. If its process ends without it,
/// the proxies notice and are sound again.
class NetworkInForce {
  public:
    /// Throws curfew::HttpError 502 that says which proxy does not do as it is told.
    explicit NetworkInForce(const Network& network);

  private:
    std::vector<curfew::UniqueFd> proxies_;
};

}  // namespace demo::lab
