#pragma once

#include "tools/support/process.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace curfew::laboratory {

/// What is to be run, in a directory with these files, which the command may name by themselves.
struct Program {
    std::vector<std::string> command;
    std::map<std::string, std::string> files = {};        ///< name and text
    std::map<std::string, std::string> environment = {};  ///< beside the one that is inherited
};

/// A new directory with these files, which goes with this object.
class OwnDirectory {
  public:
    /// Throws std::runtime_error.
    explicit OwnDirectory(const std::map<std::string, std::string>& files);
    ~OwnDirectory();
    OwnDirectory(const OwnDirectory&) = delete;
    OwnDirectory& operator=(const OwnDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    OwnDirectory();

    std::filesystem::path path_;
};

/// A program, the directory it runs in, and everything that it has started: all of it goes with
/// this object, or with this process, however that ends. A process between the two sees to that; it
/// also adopts what loses its parent.
class ScopedProgram {
  public:
    /// Returns once it runs, or has ended. Throws std::runtime_error or std::system_error if it
    /// cannot be tried.
    explicit ScopedProgram(const Program& program);
    /// Kills at once.
    ~ScopedProgram();
    ScopedProgram(const ScopedProgram&) = delete;
    ScopedProgram& operator=(const ScopedProgram&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool ended() const { return !tools::is_alive(pid_); }
    [[nodiscard]] const std::filesystem::path& directory() const noexcept {
        return directory_.path();
    }

    /// The children of the program that still live.
    [[nodiscard]] std::vector<pid_t> children() const;
    /// Processes that have outlived the one that started them.
    [[nodiscard]] std::vector<pid_t> orphans() const;

    /// All of it, and the process that sees to its end.
    [[nodiscard]] std::vector<pid_t> processes() const;

    /// What it has written to its standard output and error.
    [[nodiscard]] std::string words() const;

  private:
    void end();

    OwnDirectory directory_;
    tools::Process guardian_;
    pid_t pid_ = 0;
};

}  // namespace curfew::laboratory
