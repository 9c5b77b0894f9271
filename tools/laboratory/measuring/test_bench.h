#pragma once

#include "handlers/backends/options.h"
#include "tools/laboratory/measuring/neighbours.h"
#include "tools/laboratory/measuring/served.h"
#include "tools/laboratory/record/kinds.h"
#include "tools/laboratory/record/run.h"
#include "tools/laboratory/servers/programs.h"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <random>
#include <string>

namespace curfew::laboratory {

/// What all stands of a run share.
struct BenchSetup {
    BackendOptions backends;  ///< where memcached and MariaDB are
    std::string http;         ///< the address of the web server that is asked
    Settings settings;
};

/// A server that one row of a run is tried on over one network, with its neighbours, and a bad
/// network before each of its backends. For one thread.
class TestBench {
  public:
    /// Throws std::runtime_error if something does not start.
    TestBench(const BenchSetup& setup, const std::string& row, const Condition& condition,
              unsigned seed);

    [[nodiscard]] std::string url() const { return server_->url(); }

    /// Sticks one request, and sees what comes of it. Leaves the server as it was found. Throws
    /// std::runtime_error if that cannot be.
    [[nodiscard]] Sample run_fault(const Kind& kind);

    /// Returns once all its workers are there. Throws std::runtime_error if that does not come.
    void recover() const;

  private:
    /// One request that gets stuck.
    struct Attempt {
        explicit Attempt(const std::string& url) : client(url) {}

        /// A worker before it.
        struct Resident {
            Left resources;
            std::string rest;  ///< see activity_of()
        };

        tools::Client client;
        std::map<pid_t, Resident> before = {};
        pid_t worker = 0;    ///< that runs it; 0: it is not known which, since nobody has answered
        bool alive = false;  ///< that worker, afterwards
        bool gave_up = false;  ///< nobody has waited for the answer any longer
        tools::Reply reply = {};
        nlohmann::json report = {};  ///< of the demo's handler; null: somebody else has answered
        Clock::time_point start = {};
        Clock::time_point end = {};
    };

    [[nodiscard]] Impair& before(Backend backend);
    void warm_up(Attempt& attempt, const Kind& kind);
    void ask(Attempt& attempt, const std::string& target);
    void renew_connection(Attempt& attempt) const;
    void watch_workers(Sample& sample, Attempt& attempt) const;
    void find_gone(Attempt& attempt) const;
    void find_busy(Attempt& attempt) const;
    void judge_answer(Sample& sample, const Attempt& attempt) const;
    void judge_worker(Sample& sample, Attempt& attempt, const Kind& kind) const;
    [[nodiscard]] Left left_behind(Attempt& attempt, const std::string& statement) const;
    [[nodiscard]] Next next_of(Attempt& attempt, const Kind& kind) const;
    void clean_up(const Sample& sample, const Attempt& attempt);
    [[nodiscard]] bool is_whole() const;
    [[nodiscard]] bool is_whole_without(const Attempt& attempt) const;

    const BenchSetup& house_;
    const Condition& condition_;
    Impair http_;
    Impair cache_;
    Impair db_;
    std::unique_ptr<Served> server_;
    Neighbours neighbours_;
    std::mt19937 random_;
    std::string warm_;  ///< the workers, and the function, that have their connections
};

}  // namespace curfew::laboratory
