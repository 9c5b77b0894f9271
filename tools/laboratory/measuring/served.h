#pragma once

#include "tools/laboratory/record/kinds.h"
#include "tools/laboratory/record/run.h"
#include "tools/laboratory/servers/programs.h"
#include "tools/support/client.h"

#include <memory>
#include <string>
#include <vector>

namespace curfew::laboratory {

/// A server with the functions that get stuck, under one strategy: curfew, or a peer.
class Served {
  public:
    Served() = default;
    virtual ~Served() = default;
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    [[nodiscard]] virtual std::string url() const = 0;

    /// The processes that handle requests.
    [[nodiscard]] virtual std::vector<pid_t> workers() const = 0;

    /// The limit that the strategy has to keep.
    [[nodiscard]] virtual double limit_ms() const = 0;

    /// What a request for that function asks for, with that limit.
    [[nodiscard]] virtual std::string target(const Kind& kind, double seconds,
                                             double limit_ms) const = 0;

    /// What a function that its caller has given up still does in the worker of that connection;
    /// empty: nothing, or the server cannot be asked.
    [[nodiscard]] virtual std::string still_running(tools::Client&) const { return {}; }

    /// Whether all requests of a connection go to the same worker.
    [[nodiscard]] virtual bool keeps_worker() const = 0;

    /// Whether a worker's end without the server's own limit is told by a 502.
    [[nodiscard]] virtual bool tells_deaths() const = 0;
};

/// The server of that row of a run. `backends`: where those are, as the demo's environment has it.
/// Throws std::runtime_error if it does not start.
[[nodiscard]] std::unique_ptr<Served> serve(const std::string& row, const Condition& condition,
                                            int workers, const Environment& backends);

/// The limit that a row holds where a call that is not stuck takes that condition's time.
[[nodiscard]] double limit_of(const std::string& row, const Condition& condition);

/// How much later than that is on time still: a server that can only be told seconds has them.
[[nodiscard]] double tolerance_of(const std::string& row, const Settings& settings);

/// Whether that row has such a function.
[[nodiscard]] bool has_kind(const std::string& row, const Kind& kind);

}  // namespace curfew::laboratory
