#pragma once

#include "worker/os/located.h"

#include <optional>
#include <string>
#include <utility>

namespace curfew::master {

/// The file that says which process is the master. It is locked for as long as that lives: the lock
/// says whether a server is there, and not the number, which may be another program's by now.
/// Removed at the end, if it is still the same file.
class Pidfile {
  public:
    /// Throws InUse if another process has locked it, and std::runtime_error if it cannot be
    /// written.
    explicit Pidfile(const std::string& path);
    ~Pidfile();
    Pidfile(Pidfile&& other) noexcept : file_(std::exchange(other.file_, std::nullopt)) {}
    Pidfile& operator=(Pidfile&&) = delete;

    /// In a child: lets go without removing.
    void forget() noexcept { file_.reset(); }

  private:
    std::optional<worker::NamedFile> file_;
};

}  // namespace curfew::master
