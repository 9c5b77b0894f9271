#include "tools/laboratory/measuring/lab.h"

#include "handlers/backends/configure.h"
#include "tools/laboratory/judging/verdict.h"
#include "tools/laboratory/measuring/backends.h"
#include "tools/laboratory/measuring/cost.h"
#include "tools/laboratory/measuring/served.h"
#include "tools/laboratory/measuring/test_bench.h"
#include "tools/laboratory/record/kinds.h"
#include "tools/laboratory/servers/packet_loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <tuple>

namespace curfew::laboratory {

namespace {

constexpr auto between_saves = std::chrono::seconds(2);

/// That each lane has, on average, for samples beyond the usual number, whatever is undecided then:
/// a full run is to stay under a quarter of an hour.
constexpr double time_for_more_ms = 120'000;

/// Over bad networks so many times as many at the same time: their packets wait, not their cores.
constexpr int lanes_of_those_who_wait = 3;

/// What is needed of a strategy in one go: its cells over one network.
struct Job {
    std::string strategy;
    Condition condition;
    std::vector<Cell> cells;
};

std::string name_of(const Cell& cell) {
    return cell.strategy + " against " + cell.kind + " (" + cell.network + ")";
}

/// What is left of a job that could not be done.
std::string name_of(const Job& job) {
    return job.strategy + " against the others (" + job.condition.name + ")";
}

/// The measuring of a run, by some threads.
class Measuring {
  public:
    Measuring(Run& run, const Orders& orders, const std::atomic<bool>& interrupted,
              const std::function<void(const Run&)>& saved,
              const std::function<void(const Progress&)>& progress)
        : run_(run),
          orders_(orders),
          interrupted_(interrupted),
          saved_(saved),
          progress_(progress) {}

    void run();

  private:
    void make_jobs();
    [[nodiscard]] double expected_ms(const Job& job) const;
    [[nodiscard]] std::vector<Job> take_jobs(bool (*are_meant)(const Condition&));
    void do_jobs(const BenchSetup& setup, int lanes);
    void do_jobs_with_loss(const BenchSetup& setup, std::vector<Job> jobs);
    [[nodiscard]] std::set<Backend> wanted() const;
    void leave_out(const std::map<Backend, std::string>& missing);
    void work(const BenchSetup& setup, unsigned lane);
    void do_job(const BenchSetup& setup, Job job, unsigned seed);
    [[nodiscard]] bool set_up(std::optional<TestBench>& bench, const BenchSetup& setup,
                              const Job& job, unsigned seed);
    [[nodiscard]] std::string fill(Cell& cell, std::optional<TestBench>& bench);
    void note(Gap gap);
    void forget_gap(const std::string& what);
    void keep(Cell cell);
    void advance(const Cell& cell);
    [[nodiscard]] std::optional<Job> next_job();
    [[nodiscard]] int repetitions(const Cell& cell) const;
    [[nodiscard]] bool needs_more(const Cell& cell) const;
    [[nodiscard]] bool ending() const { return interrupted_ || failed_; }

    Run& run_;
    const Orders& orders_;
    const std::atomic<bool>& interrupted_;
    const std::function<void(const Run&)>& saved_;
    const std::function<void(const Progress&)>& progress_;

    std::atomic<double> more_ms_{0};   ///< spent on samples beyond the usual number
    std::atomic<bool> failed_{false};  ///< a lane has: the others are to end
    std::mutex mutex_;                 ///< of what follows, and of the run
    std::exception_ptr failure_;       ///< the first lane's
    std::vector<Job> jobs_;
    Progress done_;
    Clock::time_point saved_at_ = Clock::now();
    const Clock::time_point start_ = Clock::now();
    const double seconds_before_ = run_.seconds;
};

void Measuring::run() {
    make_jobs();
    if (jobs_.empty()) return;
    const Backends backends(wanted(), interrupted_);
    leave_out(backends.missing());
    if (jobs_.empty() || interrupted_) return;
    auto as_root = backends.options();  // who may see what everybody asks
    as_root.db.user = "root";
    as_root.db.password.clear();
    configure_backends(as_root);

    BenchSetup setup{.backends = backends.options(), .http = {}, .settings = orders_.settings};
    const Curfew asked(1, {"--threads", "200"}, "", {});
    setup.http = asked.url().substr(std::string_view("http://").size());

    if (!orders_.settings.quick) measure_costs(run_, interrupted_);
    // Loss is all of loopback's, so that nothing else can be measured at the same time.
    auto with_loss = take_jobs([](const Condition& each) { return each.loss_percent > 0; });
    auto waiting = take_jobs([](const Condition& each) { return each.is_bad(); });
    do_jobs(setup, orders_.settings.lanes);
    jobs_ = std::move(waiting);
    do_jobs(setup, orders_.settings.lanes * lanes_of_those_who_wait);
    if (!with_loss.empty() && !interrupted_) do_jobs_with_loss(setup, std::move(with_loss));
}

std::vector<Job> Measuring::take_jobs(bool (*are_meant)(const Condition&)) {
    const auto those = std::ranges::stable_partition(
        jobs_, [are_meant](const Job& job) { return !are_meant(job.condition); });
    std::vector<Job> taken(std::make_move_iterator(those.begin()),
                           std::make_move_iterator(those.end()));
    jobs_.erase(those.begin(), those.end());
    return taken;
}

void Measuring::do_jobs(const BenchSetup& setup, int number) {
    {
        std::vector<std::jthread> lanes;  // joined at the end
        for (int lane = 0; lane < number; ++lane) {
            lanes.emplace_back([&, lane] { work(setup, static_cast<unsigned>(lane)); });
        }
    }
    if (failure_) std::rethrow_exception(failure_);
}

/// Loss was possible when the run was planned, but another program may have changed loopback since.
void Measuring::do_jobs_with_loss(const BenchSetup& setup, std::vector<Job> jobs) {
    const auto condition = jobs.front().condition;
    std::optional<PacketLoss> loss;
    try {
        loss.emplace(condition.loss_percent);
    } catch (const std::runtime_error& error) {
        run_.gaps.push_back({condition.name, error.what()});
        if (std::ranges::find(run_.cells, condition.name, &Cell::network) == run_.cells.end()) {
            std::erase_if(run_.networks,
                          [&](const NetworkLayer& each) { return each.name == condition.name; });
        }
        return;
    }
    jobs_ = std::move(jobs);
    do_jobs(setup, orders_.settings.lanes);
}

/// Fewer where all takes longer: over bad networks, and with peers, whose limits are whole seconds.
int Measuring::repetitions(const Cell& cell) const {
    const int all = orders_.settings.repetitions;
    const auto row = std::ranges::find(run_.strategies, cell.strategy, &StrategyRow::name);
    const bool takes_longer = is_peer(*row) || !is_clean(cell.network);
    return takes_longer ? std::min(all, (all + 2) / 3) : all;
}

/// More samples are taken of cells for which the samples do not decide the verdict yet.
bool Measuring::needs_more(const Cell& cell) const {
    const auto has = static_cast<int>(cell.samples.size());
    if (has < repetitions(cell)) return true;
    return has > 1 && has < most_rounds * repetitions(cell) &&
           more_ms_ < time_for_more_ms * orders_.settings.lanes && undecided(cell);
}

void Measuring::make_jobs() {
    for (const auto& layer : run_.networks) {
        const auto condition = *std::ranges::find(conditions(), layer.name, &Condition::name);
        for (const auto& row : run_.strategies) {
            if (is_peer(row) && condition.is_bad()) continue;
            Job job{.strategy = row.name, .condition = condition, .cells = {}};
            for (const auto& column : run_.kinds) {
                const auto& kind = kind_named(column.name);
                // A function that does not use the network is tried on one network only.
                if (condition.is_bad() && kind.backend == Backend::none) continue;
                if (!has_kind(row.name, kind)) continue;
                const auto same = [&](const Cell& cell) {
                    return cell.strategy == row.name && cell.kind == kind.name &&
                           cell.network == layer.name;
                };
                if (std::ranges::any_of(run_.cells, same)) continue;
                job.cells.push_back({.strategy = row.name,
                                     .kind = kind.name,
                                     .network = layer.name,
                                     .limit_ms = limit_of(row.name, condition),
                                     .tolerance_ms = tolerance_of(row.name, orders_.settings),
                                     .samples = {},
                                     .summary = {},
                                     .because = {}});
                done_.all += static_cast<std::size_t>(repetitions(job.cells.back()));
            }
            if (!job.cells.empty()) jobs_.push_back(std::move(job));
        }
    }
    std::ranges::shuffle(jobs_, std::mt19937(orders_.settings.seed));
    // The last is the next: the longest first, so that no lane has to wait for it at the end.
    std::ranges::stable_sort(jobs_, {}, [this](const Job& job) { return expected_ms(job); });
}

/// In proportion, by what is known of it: who has a limit of two seconds takes twice as long as who
/// has one of one.
double Measuring::expected_ms(const Job& job) const {
    return std::accumulate(
        job.cells.begin(), job.cells.end(), 0.0,
        [this](double sum, const Cell& cell) { return sum + repetitions(cell) * cell.limit_ms; });
}

std::set<Backend> Measuring::wanted() const {
    std::set<Backend> all;
    for (const auto& job : jobs_) {
        for (const auto& cell : job.cells) all.insert(kind_named(cell.kind).backend);
    }
    return all;
}

/// What cannot be measured is said instead; what an earlier session said of that is outdated.
void Measuring::leave_out(const std::map<Backend, std::string>& missing) {
    for (const auto backend : wanted()) {
        std::string columns;
        for (const auto& column : run_.kinds) {
            if (kind_named(column.name).backend != backend) continue;
            columns.append(columns.empty() ? "" : ", ").append(column.name);
        }
        std::erase_if(run_.gaps, [&](const Gap& gap) { return gap.what == columns; });
        const auto reason = missing.find(backend);
        if (reason == missing.end()) continue;
        run_.gaps.push_back({.what = columns, .why = reason->second});
        for (auto& job : jobs_) {
            std::erase_if(job.cells, [&](const Cell& cell) {
                if (kind_named(cell.kind).backend != backend) return false;
                done_.all -= static_cast<std::size_t>(repetitions(cell));
                return true;
            });
        }
    }
    std::erase_if(jobs_, [](const Job& job) { return job.cells.empty(); });
}

std::optional<Job> Measuring::next_job() {
    const std::scoped_lock lock(mutex_);
    if (jobs_.empty() || ending()) return {};
    auto job = std::move(jobs_.back());
    jobs_.pop_back();
    return job;
}

void Measuring::work(const BenchSetup& setup, unsigned lane) {
    try {
        for (unsigned number = 0; auto job = next_job(); ++number) {
            do_job(setup, std::move(*job), orders_.settings.seed + 1000 * lane + number);
        }
    } catch (...) {
        const std::scoped_lock lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        failed_ = true;
    }
}

/// What goes wrong with a server, twice, is a gap; the others are measured all the same.
void Measuring::do_job(const BenchSetup& setup, Job job, unsigned seed) {
    std::ranges::shuffle(job.cells, std::mt19937(seed));
    std::optional<TestBench> bench;
    for (auto& cell : job.cells) {
        std::string why;
        bool is_set_up = true;
        for (int attempt = 0; attempt < 2 && needs_more(cell) && !ending(); ++attempt) {
            is_set_up = bench || set_up(bench, setup, job, seed);
            if (!is_set_up) break;
            why = fill(cell, bench);
        }
        if (std::ssize(cell.samples) >= std::min(repetitions(cell), least_samples)) {
            if (ending() && std::ssize(cell.samples) < repetitions(cell)) return;
            conclude(cell);
            keep(std::move(cell));
        } else if (!why.empty() && is_set_up) {
            note({name_of(cell), fmt::format("{} (after {} of {} samples)", why,
                                             cell.samples.size(), repetitions(cell))});
        }
        if (ending() || !is_set_up) return;
    }
}

/// Tries that twice. False if it cannot be, which is a gap then, or if all is ending.
bool Measuring::set_up(std::optional<TestBench>& bench, const BenchSetup& setup, const Job& job,
                       unsigned seed) {
    std::string why;
    for (int attempt = 0; attempt < 2 && !ending(); ++attempt) {
        try {
            bench.emplace(setup, job.strategy, job.condition, seed);
            forget_gap(name_of(job));
            return true;
        } catch (const std::exception& error) {
            why = error.what();
        }
    }
    if (!ending()) note({name_of(job), why});
    return false;
}

/// Takes the samples that are missing. Says why if that fails; then the bench is gone, too.
std::string Measuring::fill(Cell& cell, std::optional<TestBench>& bench) {
    try {
        while (needs_more(cell) && !ending()) {
            const auto start = Clock::now();
            cell.samples.push_back(bench->run_fault(kind_named(cell.kind)));
            if (std::ssize(cell.samples) > repetitions(cell)) {
                more_ms_ += milliseconds(Clock::now() - start);
            }
            advance(cell);
        }
        return "";
    } catch (const std::exception& error) {
        ++cell.failed;
        bench.reset();
        return error.what();
    }
}

void Measuring::note(Gap gap) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(run_.gaps, [&](const Gap& each) { return each.what == gap.what; });
    run_.gaps.push_back(std::move(gap));
}

/// What an earlier session could not measure may be measured by now.
void Measuring::forget_gap(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(run_.gaps, [&](const Gap& each) { return each.what == what; });
}

void Measuring::advance(const Cell& cell) {
    const std::scoped_lock lock(mutex_);
    ++done_.done;
    if (std::ssize(cell.samples) > repetitions(cell)) ++done_.all;
    done_.now = cell.strategy + " against " + cell.kind +
                (is_clean(cell.network) ? "" : " (" + cell.network + ")");
    progress_(done_);
}

void Measuring::keep(Cell cell) {
    forget_gap(name_of(cell));
    const std::scoped_lock lock(mutex_);
    run_.cells.push_back(std::move(cell));
    run_.seconds = seconds_before_ + milliseconds(Clock::now() - start_) / 1000;
    if (Clock::now() - saved_at_ < between_saves) return;
    saved_(run_);
    saved_at_ = Clock::now();
}

/// As rows and columns have it, whatever came first.
void sort_cells(Run& run) {
    const auto place = [](const auto& all, const std::string& name) {
        using Named = std::ranges::range_value_t<decltype(all)>;
        return std::ranges::find(all, name, &Named::name) - all.begin();
    };
    std::ranges::sort(run.cells, {}, [&](const Cell& cell) {
        return std::tuple(place(run.networks, cell.network), place(run.strategies, cell.strategy),
                          place(run.kinds, cell.kind));
    });
}

}  // namespace

void measure(Run& run, const Orders& orders, const std::atomic<bool>& interrupted,
             const std::function<void(const Run&)>& saved,
             const std::function<void(const Progress&)>& progress) {
    Measuring measuring(run, orders, interrupted, saved, progress);
    measuring.run();
    run.complete = !interrupted;
    sort_cells(run);
}

}  // namespace curfew::laboratory
