#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace curfew::tools {

/// A program that runs in a session of its own, so that whatever it leaves behind can be found.
class Process {
  public:
    /// Its standard output and error go to `out` and `error` below `directory`, where it runs.
    /// `before_exec` runs in the child, there.
    Process(const std::vector<std::string>& command, const std::filesystem::path& directory,
            const std::function<void()>& before_exec);
    /// Kills it if it still runs.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// Whether it has ended. Never waits.
    [[nodiscard]] bool ended();

    /// Waits for its end. The exit status, or 128 and the signal, as in a shell. Throws
    /// std::runtime_error if it does not end.
    [[nodiscard]] int exit_status();

    void kill(int signal);

    /// Every process of its session, zombies excepted.
    [[nodiscard]] std::vector<pid_t> session() const;

  private:
    pid_t pid_;
    std::optional<int> wait_status_;
};

/// What ps shows of it: its arguments, or what it has written over them; empty for a zombie.
[[nodiscard]] std::string title_of(pid_t pid);

/// True until it is gone or a zombie.
[[nodiscard]] bool is_alive(pid_t pid);

/// The value of a line of /proc/PID/status, such as "Uid"; empty if there is none.
[[nodiscard]] std::string status_of(pid_t pid, const std::string& name);

/// All of a file, empty if there is none.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace curfew::tools
