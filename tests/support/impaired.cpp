#include "tests/support/impaired.h"

#include "tests/support/wait_until.h"
#include "tools/impairment/control.h"
#include "tools/impairment/words.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <csignal>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace curfew::tests {

namespace {

std::filesystem::path make_directory() {
    std::string name = std::filesystem::temp_directory_path() / "curfew-impair-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
    return name;
}

}  // namespace

Impaired::Impaired(std::uint16_t server_port, const std::string& conditions)
    : directory_(make_directory()) {
    std::vector<std::string> arguments{CURFEW_IMPAIR, "--to",
                                       "127.0.0.1:" + std::to_string(server_port), "--control",
                                       directory_ / "control"};
    for (const auto& word : impairment::split(conditions)) arguments.push_back(word);
    // A test that is killed takes it along.
    process_ = std::make_unique<Process>(arguments, directory_,
                                         [] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
    std::string address;
    const auto listens = [&] {
        std::istringstream out(read_file(directory_ / "out"));
        return (std::getline(out, address) && std::getline(out, control_) && !out.eof()) ||
               process_->ended();
    };
    if (!wait_until(listens) || control_.empty()) {
        throw std::runtime_error("impair does not start: " + read_file(directory_ / "error"));
    }
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

Impaired::~Impaired() {
    process_->kill(SIGTERM);
    const bool ended = wait_until([this] { return process_->ended(); });
    CHECK_MESSAGE(ended, "impair does not stop");
    if (ended) CHECK_MESSAGE(process_->exit_status() == 0, read_file(directory_ / "error"));
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::string Impaired::ask(const std::string& line) const { return impairment::ask(control_, line); }

std::string Impaired::command(const std::string& line) const {
    const auto reply = ask(line);
    if (!reply.starts_with("ok")) throw std::runtime_error(line + ": " + reply);
    return reply.size() > 3 ? reply.substr(3) : "";
}

}  // namespace curfew::tests
