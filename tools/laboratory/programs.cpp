#include "tools/laboratory/programs.h"

#include "tests/support/wait_until.h"
#include "tools/impairment/control.h"
#include "tools/impairment/words.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace curfew::laboratory {

namespace {

using tests::wait_until;

/// Ends a program and everything in its session.
void end(tests::Process& process, int signal) {
    process.kill(signal);
    static_cast<void>(wait_until([&] { return process.ended(); }, std::chrono::seconds(5)));
    for (const pid_t left : process.session()) ::kill(left, SIGKILL);
    static_cast<void>(
        wait_until([&] { return process.session().empty(); }, std::chrono::seconds(5)));
}

}  // namespace

/// The program does nothing; its directory is what is wanted.
Workplace::Workplace() : keeper_({.command = {"sleep", "infinity"}}) {}

std::filesystem::path Workplace::room(const std::string& name) const {
    std::string made = keeper_.directory() / (name + "-XXXXXX");
    if (!::mkdtemp(made.data())) throw std::runtime_error("mkdtemp " + made);
    return made;
}

Curfew::Curfew(std::filesystem::path directory, int workers, const std::vector<std::string>& flags,
               const std::string& config, const Environment& environment)
    : directory_(std::move(directory)) {
    std::ofstream(directory_ / "curfew.toml") << config;
    std::vector<std::string> command{CURFEW_BINARY, "--config",  "curfew.toml",
                                     "--app",       CURFEW_DEMO, "--bind",
                                     "127.0.0.1:0", "--workers", std::to_string(workers)};
    command.insert(command.end(), flags.begin(), flags.end());
    process_ = std::make_unique<tests::Process>(command, directory_, [&] {
        for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    });
    const auto ready = [&] {
        return process_->ended() || ready_workers().size() == static_cast<std::size_t>(workers);
    };
    constexpr std::string_view before = "] listening on ";
    const bool settled = wait_until(ready);
    const auto said = log();
    const auto found = said.find(before);
    if (!settled || process_->ended() || found == std::string::npos) {
        throw std::runtime_error("the server does not start: " + said);
    }
    const auto start = found + before.size();
    url_ = said.substr(start, said.find('\n', start) - start);
}

Curfew::~Curfew() { end(*process_, SIGQUIT); }

std::vector<pid_t> Curfew::ready_workers() const {
    auto found = tests::children_of(process_->pid());
    std::erase_if(found, [](pid_t pid) { return !tests::title_of(pid).ends_with("[ready]"); });
    return found;
}

std::string Curfew::log() const { return tests::read_file(directory_ / "error"); }

Impair::Impair(std::filesystem::path directory, const std::string& to)
    : directory_(std::move(directory)) {
    process_ = std::make_unique<tests::Process>(
        std::vector<std::string>{CURFEW_IMPAIR, "--to", to, "--control", directory_ / "control"},
        directory_, std::function<void()>());
    const auto settled = [&] {
        std::istringstream out(tests::read_file(directory_ / "out"));
        return (std::getline(out, address_) && std::getline(out, control_) && !out.eof()) ||
               process_->ended();
    };
    if (!wait_until(settled) || control_.empty()) {
        throw std::runtime_error("tools/impair does not start: " +
                                 tests::read_file(directory_ / "error"));
    }
}

Impair::~Impair() { end(*process_, SIGTERM); }

void Impair::become(const std::string& conditions) {
    for (const auto& line : {std::string("clear"), "set " + conditions}) {
        if (line == "set ") continue;
        const auto reply = impairment::ask(control_, line);
        if (!reply.starts_with("ok")) {
            throw std::runtime_error("tools/impair refuses \"" + line + "\": " + reply);
        }
    }
}

}  // namespace curfew::laboratory
