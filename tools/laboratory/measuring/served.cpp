#include "tools/laboratory/measuring/served.h"

#include "tools/laboratory/servers/peer.h"
#include "tools/laboratory/servers/peer_server.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace curfew::laboratory {

namespace {

bool by_the_server(const std::string& strategy) { return strategy == "harakiri"; }

std::string configuration(const std::string& strategy, const Condition& condition) {
    const auto limit = by_the_server(strategy) ? condition.limit_ms : condition.backstop_ms;
    std::string text;
    for (const std::string pattern :
         {"/timeout/:strategy/:function", "/timeout/unsafe_alarm/:function",
          "/timeout/unsafe_cancel/:function"}) {
        text += fmt::format("[[route]]\npattern = \"{}\"\nharakiri = \"{}ms\"\n", pattern, limit);
    }
    return text;
}

class OurServer : public Served {
  public:
    OurServer(std::string strategy, const Condition& condition, int workers,
              const Environment& backends)
        : strategy_(std::move(strategy)),
          limit_ms_(condition.limit_ms),
          curfew_(workers, {"--circuit-breaker", "0", "--helpers", "1", "--keep-alive", "1h"},
                  configuration(strategy_, condition), backends) {}

    [[nodiscard]] std::string url() const override { return curfew_.url(); }
    [[nodiscard]] std::vector<pid_t> workers() const override { return curfew_.ready_workers(); }
    [[nodiscard]] double limit_ms() const override { return limit_ms_; }
    [[nodiscard]] std::string target(const Kind& kind, double seconds,
                                     double limit_ms) const override {
        return fmt::format("/timeout/{}/{}?limit={}ms&seconds={}&census=no",
                           by_the_server(strategy_) ? "none" : strategy_, kind.function, limit_ms,
                           in_seconds(seconds));
    }
    [[nodiscard]] std::string still_running(tools::Client& client) const override {
        const auto list = nlohmann::json::parse(client.get("/running").body);
        return list.empty() ? "" : list.at(0).get<std::string>();
    }
    [[nodiscard]] bool keeps_worker() const override { return true; }
    [[nodiscard]] bool tells_deaths() const override { return true; }

  private:
    std::string strategy_;
    double limit_ms_;
    Curfew curfew_;
};

std::chrono::milliseconds rounded(double milliseconds) {
    return std::chrono::milliseconds(std::lround(milliseconds));
}

std::optional<Peer> find_peer(const std::string& row) {
    for (auto& peer : peers("all")) {
        if (peer.name == row) return std::move(peer);
    }
    return {};
}

class PeersServer : public Served {
  public:
    PeersServer(Peer peer, const Condition& condition, int workers, const Environment& backends)
        : peer_(std::move(peer)),
          limit_ms_(limit_of(peer_.name, condition)),
          server_(peer_, {.workers = workers,
                          .limit = server_limit(
                              peer_, rounded(peer_.where == "server" ? condition.limit_ms
                                                                     : condition.backstop_ms)),
                          .environment = backends}) {}

    [[nodiscard]] std::string url() const override { return server_.url(); }
    [[nodiscard]] std::vector<pid_t> workers() const override { return server_.worker_pids(); }
    [[nodiscard]] double limit_ms() const override { return limit_ms_; }
    [[nodiscard]] std::string target(const Kind& kind, double seconds,
                                     double limit_ms) const override {
        return target_of(peer_, kind.function, rounded(limit_ms), seconds) + "&census=no";
    }
    [[nodiscard]] bool keeps_worker() const override { return false; }
    [[nodiscard]] bool tells_deaths() const override { return false; }

  private:
    Peer peer_;
    double limit_ms_;
    PeerServer server_;
};

}  // namespace

std::unique_ptr<Served> serve(const std::string& row, const Condition& condition, int workers,
                              const Environment& backends) {
    if (auto peer = find_peer(row)) {
        return std::make_unique<PeersServer>(std::move(*peer), condition, workers, backends);
    }
    return std::make_unique<OurServer>(row, condition, workers, backends);
}

double limit_of(const std::string& row, const Condition& condition) {
    const auto peer = find_peer(row);
    if (!peer || peer->where == "function") return condition.limit_ms;
    return static_cast<double>(server_limit(*peer, rounded(condition.limit_ms)).count());
}

double tolerance_of(const std::string& row, const Settings& settings) {
    const auto peer = find_peer(row);
    return peer ? tolerance_ms(*peer, settings.tolerance_ms) : settings.tolerance_ms;
}

bool has_kind(const std::string& row, const Kind& kind) {
    const auto peer = find_peer(row);
    return !peer || has_function(*peer, kind.function);
}

}  // namespace curfew::laboratory
