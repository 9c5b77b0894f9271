#pragma once

#include "worker/os/located.h"

#include <optional>
#include <string>
#include <utility>

namespace curfew::master {

/// The file with the pid of the master. The master holds a lock on the file for as long as it
/// lives. The lock, not the pid, tells whether the server is running, because the pid may belong to
/// another program by now. The destructor removes the file if the path still leads to it.
class Pidfile {
  public:
    /// Throws InUse if another process has locked it, and std::runtime_error if it cannot be
    /// written.
    explicit Pidfile(const std::string& path);
    ~Pidfile();
    Pidfile(Pidfile&& other) noexcept : file_(std::exchange(other.file_, std::nullopt)) {}
    Pidfile& operator=(Pidfile&&) = delete;

    /// In a child process: closes the file, and does not remove it.
    void forget() noexcept { file_.reset(); }

  private:
    std::optional<worker::NamedFile> file_;
};

}  // namespace curfew::master
