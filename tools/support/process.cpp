#include "tools/support/process.h"

#include "handlers/base/unique_fd.h"
#include "tools/support/wait_until.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace curfew::tools {

namespace {

void redirect(int fd, const char* path) {
    const UniqueFd file =
        checked_fd(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644), path);
    checked(::dup2(file.get(), fd), "dup2");
}

[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::filesystem::path& directory,
                         const std::function<void()>& before_exec) {
    try {
        ::setsid();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind either
        checked(::chdir(directory.c_str()), "chdir");
        redirect(STDOUT_FILENO, "out");
        redirect(STDERR_FILENO, "error");
        if (before_exec) before_exec();

        std::vector<char*> arguments;
        for (const auto& argument : command) {
            arguments.push_back(const_cast<char*>(argument.c_str()));
        }
        arguments.push_back(nullptr);
        checked(::execvp(arguments[0], arguments.data()), arguments[0]);
    } catch (const std::exception& error) {
        const std::string text = std::string(error.what()) + "\n";
        (void)!::write(STDERR_FILENO, text.data(), text.size());
    }
    ::_exit(127);
}

/// The fields of /proc/PID/stat after the command, which may hold anything: state, parent, process
/// group, session, ...
std::vector<std::string> stat_of(pid_t pid) {
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    const auto end = text.rfind(')');
    if (end == std::string::npos) return {};
    std::istringstream rest(text.substr(end + 1));
    std::vector<std::string> fields;
    for (std::string field; rest >> field;) fields.push_back(field);
    return fields;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& directory,
                 const std::function<void()>& before_exec)
    : pid_(checked(::fork(), "fork")) {
    if (pid_ == 0) become(command, directory, before_exec);
}

Process::~Process() {
    if (ended()) return;
    kill(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

bool Process::ended() {
    int status = 0;
    if (!wait_status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) wait_status_ = status;
    return wait_status_.has_value();
}

int Process::exit_status() {
    if (!wait_until([this] { return ended(); })) throw std::runtime_error("it does not end");
    return WIFSIGNALED(*wait_status_) ? 128 + WTERMSIG(*wait_status_) : WEXITSTATUS(*wait_status_);
}

void Process::kill(int signal) {
    if (!ended()) ::kill(pid_, signal);
}

std::vector<pid_t> Process::session() const {
    std::vector<pid_t> members;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto pid = static_cast<pid_t>(std::stol(name));
        const auto fields = stat_of(pid);
        if (fields.size() > 3 && fields[3] == std::to_string(pid_) && fields[0] != "Z") {
            members.push_back(pid);
        }
    }
    return members;
}

std::string title_of(pid_t pid) {
    auto title = read_file("/proc/" + std::to_string(pid) + "/cmdline");
    while (!title.empty() && title.back() == '\0') title.pop_back();
    std::ranges::replace(title, '\0', ' ');
    return title;
}

bool is_alive(pid_t pid) {
    const auto fields = stat_of(pid);
    return !fields.empty() && fields[0] != "Z" && fields[0] != "X";
}

std::string status_of(pid_t pid, const std::string& name) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name + ":")) continue;
        const auto value = line.find_first_not_of(" \t", name.size() + 1);
        return value == std::string::npos ? "" : line.substr(value);
    }
    return {};
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace curfew::tools
