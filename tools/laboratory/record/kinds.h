#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace curfew::laboratory {

enum class Backend { none, http, cache, db };

/// A way of being stuck: a function of the demo, and what its network does meanwhile.
struct Kind {
    std::string name;
    std::string group;
    std::string about;
    std::string function;
    Backend backend = Backend::none;
    std::string network;     ///< as tools/impair has it; empty: nothing happens there
    bool takes_time = true;  ///< the function does, by itself, whatever its network
};

[[nodiscard]] const std::vector<Kind>& kinds();

/// The kind of that name, which must exist.
[[nodiscard]] const Kind& kind_named(const std::string& name);

/// What all that goes over the network goes through, stuck or not.
struct Condition {
    std::string name;
    std::string about;
    std::string network;  ///< as tools/impair has it
    double limit_ms = 0;  ///< so that a call that is not stuck is in time
    double backstop_ms = 0;
    int round_trip_ms = 0;  ///< what it may add to each way there and back
    int loss_percent = 0;   ///< of the packets over all of loopback; the machine has it for itself

    /// Whether something is different from loopback as it is.
    [[nodiscard]] bool is_bad() const { return !network.empty() || loss_percent != 0; }
};

/// The first is the clean network.
[[nodiscard]] const std::vector<Condition>& conditions();

/// The one that is not bad: peers are measured, and strategies are ranked, over this one.
[[nodiscard]] const Condition& clean_network();

/// Whether a cell or a layer of a run with this name of a network is of the clean one.
[[nodiscard]] bool is_clean(std::string_view network);

/// What a function takes, as a request for it says, and then a statement in the database.
[[nodiscard]] std::string in_seconds(double seconds);

/// One sentence on a strategy of that name; empty if there is nothing to say.
[[nodiscard]] std::string about_strategy(const std::string& name);

}  // namespace curfew::laboratory
