#include "master/documents/readme.h"

#include "master/config/text.h"

#include <algorithm>
#include <stdexcept>
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
    const std::size_t begin = readme.find(begin_mark);
    const std::size_t end = begin == readme.npos ? begin : readme.find(end_mark, begin);
    if (end == readme.npos) throw std::runtime_error("README.md has no marks for the options");
    std::string text = readme.substr(0, begin + begin_mark.size());
    text += "| option | default | |\n|---|---|---|\n";
    for (const auto key : important) text += row(table.at(key));
    return text + readme.substr(end);
}

}  // namespace curfew::master
