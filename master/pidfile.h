#pragma once

#include "handlers/unique_fd.h"

#include <string>

namespace curfew::master {

/// The file that says which process is the master. Locked for as long as that lives, so that a
/// leftover one is told from a living one; removed at the end.
class Pidfile {
  public:
    /// Throws std::runtime_error if another living process stands in it, or it cannot be written.
    explicit Pidfile(std::string path);
    ~Pidfile();
    Pidfile(const Pidfile&) = delete;
    Pidfile& operator=(const Pidfile&) = delete;

    /// In a child: lets go without removing.
    void forget() noexcept { fd_.reset(); }

  private:
    std::string path_;
    UniqueFd fd_;
};

}  // namespace curfew::master
