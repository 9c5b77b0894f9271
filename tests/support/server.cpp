#include "tests/support/server.h"

#include "tests/support/verdict.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace curfew::tests {

namespace {

std::filesystem::path make_directory() {
    std::string name = std::filesystem::temp_directory_path() / "curfew-server-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
    ::chmod(name.c_str(), 0755);  // workers may run as somebody else
    return name;
}

std::vector<std::string> command_of(const Setup& setup) {
    auto command = setup.wrapper;
    command.push_back(setup.binary.empty() ? CURFEW_BINARY : setup.binary);
    command.insert(command.end(), {"--app", setup.app, "--workers", std::to_string(setup.workers)});
    for (const auto& address : setup.bind) command.insert(command.end(), {"--bind", address});
    if (!setup.config.empty()) command.insert(command.end(), {"--config", "curfew.toml"});
    command.insert(command.end(), setup.flags.begin(), setup.flags.end());
    return command;
}

}  // namespace

std::string test_app(const std::string& name) {
    return std::string(CURFEW_TEST_APPS) + "/" + name + ".so";
}

std::string demo_library() {
    const auto root = std::filesystem::path(CURFEW_BINARY).parent_path().parent_path();
    return root / "handlers" / "demo" / "demo.so";
}

std::string server_binary() { return CURFEW_BINARY; }

Server::Server(Setup setup) : directory_(make_directory()), wrapped_(!setup.wrapper.empty()) {
    if (!setup.config.empty()) std::ofstream(directory_ / "curfew.toml") << setup.config;
    start(setup);
    // Other tests' closed connections hold their ports for a minute, so that the kernel may have
    // none left to choose.
    for (int tries = 1; tries < 10 && found_no_port(); ++tries) start(setup);
}

void Server::start(const Setup& setup) {
    process_ = std::make_unique<Process>(command_of(setup), directory_, setup.before_exec);
    const auto settled = [&] { return ended() || urls().size() >= setup.bind.size(); };
    if (!wait_until(settled)) throw std::runtime_error("the server does not start: " + log());
}

bool Server::found_no_port() const {
    return ended() && contains(log(), "127.0.0.1:0: Address already in use") && urls().empty();
}

Server::~Server() {
    if (!ended()) signal(SIGQUIT);
    const bool stops = wait_until([this] { return ended(); });
    CHECK_MESSAGE(stops, "the server does not stop");
    const bool alone = wait_until([this] { return process_->session().empty(); });
    CHECK_MESSAGE(alone, "the server has left processes behind");
    for (const pid_t left : process_->session()) ::kill(left, SIGKILL);
    if (!test_failed()) {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
        return;
    }
    std::fprintf(stderr, "kept: %s\n%s\n", directory_.c_str(), log().c_str());
}

std::vector<std::string> Server::urls() const {
    constexpr std::string_view before = "] listening on ";
    std::vector<std::string> urls;
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
        const auto found = line.find(before);
        if (found != std::string::npos) urls.push_back(line.substr(found + before.size()));
    }
    // A relative path is relative to the server's directory.
    for (auto& url : urls) {
        if (url.starts_with("unix:") && url[5] != '/') {
            url = "unix:" + (directory_ / url.substr(5)).string();
        }
    }
    return urls;
}

std::string Server::url() const {
    const auto all = urls();
    if (!all.empty()) return all[0];
    const auto end = ended() ? "has ended with status " + std::to_string(exit_status()) : "runs";
    throw std::runtime_error("the server listens nowhere; it " + end + ", and says: " + log());
}

Reply Server::get(std::string_view target, std::string_view fields) const {
    Client client(*this);
    return client.get(target, std::string(fields) + "Connection: close\r\n");
}

void Server::signal(int signal) const {
    if (const pid_t pid = master(); pid > 0 && !ended()) ::kill(pid, signal);
}

pid_t Server::master() const {
    if (!wrapped_) return process_->pid();
    const auto children = children_of(process_->pid());
    return children.empty() ? 0 : children[0];
}

std::vector<pid_t> Server::workers(std::size_t count) const {
    std::vector<pid_t> found;
    const auto ready = [](pid_t pid) { return title_of(pid).ends_with("[ready]"); };
    const auto settled = [&] {
        found = children_of(master());
        std::erase_if(found, [](pid_t pid) { return contains(title_of(pid), ": keeper "); });
        return found.size() == count && std::ranges::all_of(found, ready);
    };
    if (!wait_until(settled)) throw std::runtime_error("there are not so many workers");
    return found;
}

std::string Server::read(const std::string& file) const { return read_file(directory_ / file); }

bool Server::logs(std::string_view text) const {
    return wait_until([&] { return contains(log(), text); });
}

std::string Server::log_line(std::string_view text) const {
    if (!logs(text)) return {};
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
        if (contains(line, text)) return line;
    }
    return {};
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t times = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++times;
    }
    return times;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace curfew::tests
