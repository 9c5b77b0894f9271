#include "tools/laboratory/servers/programs.h"

#include "tools/impairment/control.h"
#include "tools/support/wait_until.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

using tools::wait_until;

std::vector<std::string> curfew_command(int workers, const std::vector<std::string>& flags) {
    std::vector<std::string> command{CURFEW_BINARY, "--config",  "curfew.toml",
                                     "--app",       CURFEW_DEMO, "--bind",
                                     "127.0.0.1:0", "--workers", std::to_string(workers)};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
}

}  // namespace

Curfew::Curfew(int workers, const std::vector<std::string>& flags, const std::string& config,
               const Environment& environment)
    : program_({.command = curfew_command(workers, flags),
                .files = {{"curfew.toml", config}},
                .environment = environment}) {
    const auto ready = [&] {
        return program_.ended() || ready_workers().size() == static_cast<std::size_t>(workers);
    };
    constexpr std::string_view before = "] listening on ";
    const bool settled = wait_until(ready);
    const auto said = program_.words();
    const auto found = said.find(before);
    if (!settled || program_.ended() || found == std::string::npos) {
        throw std::runtime_error("the server does not start: " + said);
    }
    const auto start = found + before.size();
    url_ = said.substr(start, said.find('\n', start) - start);
}

std::vector<pid_t> Curfew::ready_workers() const {
    auto found = program_.children();
    std::erase_if(found, [](pid_t pid) { return !tools::title_of(pid).ends_with("[ready]"); });
    return found;
}

Impair::Impair(const std::string& to)
    : program_({.command = {CURFEW_IMPAIR, "--to", to, "--control", "control"}}) {
    // The program prints its own address, and then that of its control socket.
    const auto settled = [&] {
        std::istringstream out(tools::read_file(program_.directory() / "out"));
        std::string control;
        return (std::getline(out, address_) && std::getline(out, control) && !out.eof()) ||
               program_.ended();
    };
    if (!wait_until(settled) || program_.ended()) {
        throw std::runtime_error("tools/impair does not start: " + program_.words());
    }
}

void Impair::become(const std::string& conditions) {
    for (const auto& line : {std::string("clear"), "set " + conditions}) {
        if (line == "set ") continue;
        const auto reply = impairment::ask(control(), line);
        if (!reply.starts_with("ok")) {
            throw std::runtime_error("tools/impair refuses \"" + line + "\": " + reply);
        }
    }
}

}  // namespace curfew::laboratory
