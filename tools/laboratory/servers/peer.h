#pragma once

#include "tools/laboratory/record/run.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::laboratory {

/// Another server, with the demo's experiments in it, or a way of limiting a function's time there:
/// a row of the lab.
struct Peer {
    std::string name;
    std::string where;  ///< who holds the limit: "function" or "server"
    std::string group;
    std::string about;
    std::string strategy = "none";  ///< in its applications's words
    std::string worker_class = {};  ///< of gunicorn
    /// Of the server, whose limit is a multiple of it.
    std::chrono::milliseconds resolution = std::chrono::seconds(1);
    /// The least limit under which it leaves those alone who are well.
    std::chrono::milliseconds least_limit = resolution;

    friend bool operator==(const Peer&, const Peer&) = default;
};

/// The peers of those groups or of those names, comma-separated, each once and in the order in
/// which they are shown; "all" or "none" instead. Throws std::invalid_argument that names the
/// choices.
[[nodiscard]] std::vector<Peer> peers(std::string_view names);

/// What is missing on this machine for that peer, and the packages that have it.
[[nodiscard]] std::optional<Gap> gap_of(const Peer& peer);

/// Whether the peer's application has that function. PHP has no cooperative functions, and no peer
/// has a resolver whose name servers can be chosen.
[[nodiscard]] bool has_function(const Peer& peer, std::string_view function);

/// What a request for an experiment asks for: /timeout/signal/sleep?limit=100ms&seconds=5
[[nodiscard]] std::string target_of(const Peer& peer, std::string_view function,
                                    std::chrono::milliseconds limit, double seconds);

/// The lateness up to which the peer counts as on time: as for all others, or the precision of the
/// limits that can be configured in the server, if that is coarser.
[[nodiscard]] double tolerance_ms(const Peer& peer, double settings_tolerance);

/// The soonest limit that its server can be told and that is not before that one.
[[nodiscard]] std::chrono::milliseconds server_limit(const Peer& peer,
                                                     std::chrono::milliseconds limit);

}  // namespace curfew::laboratory
