#pragma once

#include "handlers/base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace curfew::master {

/// The working directory of this process, held open so that the process can return to it. Throws
/// std::system_error.
[[nodiscard]] inline UniqueFd open_working_directory() {
    return checked_fd(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), "opening the directory");
}

/// Changes the working directory; an empty path changes nothing. Throws std::system_error.
inline void enter_directory(const std::string& path) {
    if (!path.empty()) checked(::chdir(path.c_str()), ("chdir to " + path).c_str());
}

/// Changes the working directory for as long as this object lives.
class Excursion {
  public:
    explicit Excursion(int directory) : home_(open_working_directory()) {
        checked(::fchdir(directory), "fchdir");
    }
    ~Excursion() { (void)!::fchdir(home_.get()); }
    Excursion(const Excursion&) = delete;
    Excursion& operator=(const Excursion&) = delete;

  private:
    UniqueFd home_;
};

}  // namespace curfew::master
