#include "tools/laboratory/showing/table.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/judging/listing.h"
#include "tools/laboratory/judging/network_changes.h"
#include "tools/laboratory/judging/tolerances.h"
#include "tools/laboratory/judging/verdict.h"
#include "tools/laboratory/record/wrap.h"
#include "tools/laboratory/showing/matrix.h"
#include "tools/laboratory/showing/symbol.h"

#include <fmt/color.h>
#include <fmt/format.h>

namespace curfew::laboratory {

namespace {

std::string title(std::string_view text, bool colour) {
    return fmt::format(colour ? fmt::emphasis::bold : fmt::text_style(), "{}", text) + '\n';
}

std::string heading(const Run& run) {
    const auto& settings = run.settings;
    const auto& machine = run.machine;
    return wrap("", fmt::format("{} of {}: each cell {}, the limit after {:g} ms and the "
                                "server's own after {:g} ms; on time is up to {} later.",
                                settings.quick ? "A quick run" : "A run", run.started,
                                times_measured(run), settings.limit_ms, settings.backstop_ms,
                                tolerances(run))) +
           wrap("", fmt::format("curfew {} on Linux {}, {} cores, {}.", machine.curfew,
                                machine.kernel, machine.cores, machine.processor)) +
           (run.complete ? "" : "It was interrupted: cells are missing.\n") +
           (provisional(run).empty() ? "" : wrap("", provisional(run)));
}

std::string legend() {
    std::string text;
    for (const auto each : {Verdict::clean, Verdict::leaks, Verdict::tainted, Verdict::powerless}) {
        text += fmt::format("  {}  {}: {}\n", symbol(each), name(each), meaning(each));
    }
    text += "  *   a worker is killed or dies for it\n";
    text += "  ·   not measured\n";
    text += wrap("  ",
                 "late ms: the latest answer in the row's cells that are not powerless. call µs: "
                 "more, for a call that is not slow. rate: throughput with it, of that without.");
    return text;
}

std::string other_networks(const Run& run, bool colour) {
    std::string text;
    for (const auto& network : run.networks) {
        if (network.name == main_network(run)) continue;
        text += wrap("  - ", fmt::format("{} ({}): {}.", network.name, network.about,
                                         in_words(run, network_changes(run, network.name))));
    }
    return text.empty() ? "" : "\n" + title("Other networks", colour) + text;
}

std::string gaps(const Run& run, bool colour) {
    if (run.gaps.empty()) return "";
    auto text = "\n" + title("Gaps", colour);
    for (const auto& gap : run.gaps) text += wrap("  - ", gap.what + ": " + gap.why);
    return text;
}

std::string advice(const Run& run, bool colour) {
    if (run.recommendations.empty()) return "";
    auto text = "\n" + title("What follows", colour);
    for (const auto& each : run.recommendations) text += wrap("  - ", each.text);
    return text;
}

}  // namespace

std::string table(const Run& run, bool colour) {
    return heading(run) + '\n' + matrix(run, colour) + '\n' + legend() +
           other_networks(run, colour) + gaps(run, colour) + advice(run, colour);
}

}  // namespace curfew::laboratory
