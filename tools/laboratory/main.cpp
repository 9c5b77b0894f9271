#include "tools/laboratory/judging/compare.h"
#include "tools/laboratory/judging/recommend.h"
#include "tools/laboratory/judging/verdict.h"
#include "tools/laboratory/measuring/lab.h"
#include "tools/laboratory/measuring/machine.h"
#include "tools/laboratory/record/kinds.h"
#include "tools/laboratory/record/whole_file.h"
#include "tools/laboratory/showing/findings.h"
#include "tools/laboratory/showing/progress_bar.h"
#include "tools/laboratory/showing/report.h"
#include "tools/laboratory/showing/table.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace curfew::laboratory;

namespace {

std::atomic<bool> interrupted{false};

/// A second one ends the lab at once, and all that it has started with it.
void heed_interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = SA_RESETHAND | SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

/// The lab's servers are told what they need. What the user's shell has for others would change
/// what is measured.
void forget_other_servers() {
    std::vector<std::string> names;
    for (char** each = environ; *each; ++each) {
        const std::string_view variable(*each);
        if (variable.starts_with("CURFEW_") || variable.starts_with("DEMO_")) {
            names.emplace_back(variable.substr(0, variable.find('=')));
        }
    }
    for (const auto& name : names) ::unsetenv(name.c_str());
}

struct Arguments {
    Orders orders;
    std::string directory = CURFEW_SOURCE "/build/lab";
    bool fresh = false;
    std::string before;
    std::string after;
    std::string shown;
};

Run read_earlier(const std::string& path) {
    try {
        return read_run(path);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(std::string(error.what()) + "; --fresh replaces it");
    }
}

/// What a run that was interrupted has found, if it is the same that is wanted now, of the same
/// programs on the same machine.
bool continues(Run& run, const std::string& path) {
    if (!std::filesystem::exists(path)) return false;
    auto earlier = read_earlier(path);
    if (earlier.complete || !same_plan(earlier, run)) return false;
    if (earlier.machine != run.machine) {
        std::vector<std::string> differences;
        for (const auto& each : compare(earlier, run).circumstances) {
            differences.push_back(in_words(each));
        }
        fmt::print(stderr,
                   "Beginning anew: the interrupted run of {} measured something else ({}).\n",
                   earlier.started, fmt::join(differences, "; "));
        return false;
    }
    run = std::move(earlier);
    return true;
}

/// What is to be read of a run.
void write_texts(const Run& run, const std::filesystem::path& directory) {
    write_report(run, directory / "report.html");
    replace_file(directory / "findings.md", findings(run));
}

/// Checks before the run, which takes minutes, that its result can be written.
void make_writable(const std::filesystem::path& directory) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    const auto probe = directory / "run.json.part";
    if (!failed && std::ofstream(probe)) {
        std::filesystem::remove(probe, failed);
        return;
    }
    throw std::runtime_error(directory.string() +
                             ": nothing can be written there; --output names another folder");
}

int measure_all(const Arguments& arguments) {
    auto run = plan(arguments.orders);
    run.machine = this_machine();
    const std::filesystem::path directory(arguments.directory);
    make_writable(directory);
    const auto path = (directory / "run.json").string();
    if (!arguments.fresh && continues(run, path)) {
        fmt::print(stderr,
                   "Going on with the run of {} ({} cells are done; --fresh begins anew).\n",
                   run.started, run.cells.size());
    } else {
        run.started = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
    }
    heed_interruptions();
    {
        ProgressBar bar(::isatty(STDERR_FILENO) == 1);
        measure(
            run, arguments.orders, interrupted, [&](const Run& now) { write_run(now, path); },
            [&](const Progress& progress) { bar.show(progress); });
    }
    run.recommendations = recommend(run);
    write_run(run, path);
    write_texts(run, directory);
    fmt::print("{}\n", table(run, ::isatty(STDOUT_FILENO) == 1));
    fmt::print("{}\n", (std::filesystem::absolute(directory) / "report.html").string());
    if (run.complete) return 0;
    fmt::print(stderr, "Interrupted; the same command goes on with it.\n");
    return 130;
}

int run(int argc, char** argv) {
    CLI::App app("Measures where a time limit should be: in the function, or in the server.",
                 "lab");
    Arguments arguments;
    auto& orders = arguments.orders;
    auto& settings = orders.settings;
    settings.limit_ms = conditions().front().limit_ms;
    settings.backstop_ms = conditions().front().backstop_ms;
    app.add_flag(
        "--quick", settings.quick,
        "one sample of each on a clean network, without costs: too few for advice, but soon there");
    app.add_option("--repetitions", settings.repetitions,
                   "samples of each cell, a third of them over bad networks and of peers; up to "
                   "three times as many where they do not decide")
        ->check(CLI::Range(1, 1000));
    app.add_option("--seed", settings.seed, "of the order and the phases");
    app.add_option("--lanes", settings.lanes, "servers at the same time")->check(CLI::Range(1, 64));
    app.add_option("--strategies", orders.strategies, "only these")->delimiter(',');
    app.add_option("--kinds", orders.kinds, "only these")->delimiter(',');
    app.add_option("--networks", orders.networks, "only these")->delimiter(',');
    app.add_option("--peers", orders.peers,
                   "other servers: gunicorn, uwsgi, php-fpm, nginx, or all of them")
        ->capture_default_str();
    app.add_option("-o,--output", arguments.directory,
                   "the folder for run.json, report.html, findings.md")
        ->capture_default_str();
    app.add_flag("--fresh", arguments.fresh, "do not go on with an interrupted run");
    auto* const comparison =
        app.add_subcommand("compare", "what has changed from one run to another");
    comparison->add_option("A", arguments.before, "run.json")->required();
    comparison->add_option("B", arguments.after, "run.json")->required();
    auto* const show =
        app.add_subcommand("show", "the table, the report and the findings of a run once more");
    show->add_option("RUN", arguments.shown, "run.json")->required();
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        throw std::invalid_argument(error.what());
    }

    if (*comparison) {
        fmt::print("{}", text(compare(read_run(arguments.before), read_run(arguments.after))));
        return 0;
    }
    if (*show) {
        auto run = read_run(arguments.shown);
        for (auto& cell : run.cells) conclude(cell);
        for (auto& gap : gaps_of_peers(run)) {
            if (std::ranges::find(run.gaps, gap.what, &Gap::what) == run.gaps.end()) {
                run.gaps.push_back(std::move(gap));
            }
        }
        run.recommendations = recommend(run);
        write_texts(run, std::filesystem::path(arguments.shown).parent_path());
        fmt::print("{}", table(run, ::isatty(STDOUT_FILENO) == 1));
        return 0;
    }
    if (settings.quick) {
        settings.repetitions = 1;
        if (orders.networks.empty()) orders.networks = {clean_network().name};
    }
    return measure_all(arguments);
}

}  // namespace

/// Exit status: 0 measured; 1 something does not work; 2 wrong words; 130 interrupted.
int main(int argc, char** argv) {
    forget_other_servers();
    try {
        return run(argc, argv);
    } catch (const std::invalid_argument& error) {
        fmt::print(stderr, "lab: {}; see --help\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "lab: {}\n", error.what());
        return 1;
    }
}
