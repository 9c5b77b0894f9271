#include "master/documents/readme.h"

#include "master/config/text.h"
#include "master/documents/marked_part.h"

#include <algorithm>
#include <string_view>

namespace curfew::master {

namespace {

constexpr std::string_view begin_mark = "<!-- Options, written by tools/generate -->\n\n";
constexpr std::string_view end_mark = "\n<!-- End of the options -->\n";

constexpr std::string_view important[] = {
    "bind",
    "workers",
    "worker_class",
    "helpers",
    "timeout",
    "harakiri",
    "cpu_limit",
    "slow_request_limit",
    "circuit_breaker",
    "circuit_breaker_window",
    "graceful_timeout",
    "keep_alive",
    "max_requests",
    "memory_limit",
    "access_logfile",
    "access_log_format",
};

std::string code(const std::string& text) { return "`" + text + "`"; }

std::string row(const Option& option) {
    std::vector<std::string> flags = split(option.flags(), ',');
    std::ranges::transform(flags, flags.begin(), code);
    return "| " + joined(flags, ", ") + " | " + code(joined(option.shown(), ",")) + " | " +
           std::string(option.help) + " |\n";
}

}  // namespace

std::string readme_with_options(const std::string& readme, const OptionTable& table) {
    std::string text = "| option | default | |\n|---|---|---|\n";
    for (const auto key : important) text += row(table.at(key));
    return with_marked_part("README.md", readme, begin_mark, end_mark, text);
}

}  // namespace curfew::master
