#pragma once

#include "handlers/base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace curfew::master {

/// The directory that this process is in, for going back to it.
[[nodiscard]] inline UniqueFd open_working_directory() {
    return checked_fd(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), "opening the directory");
}

/// Goes there; stays for an empty path. Throws std::system_error.
inline void enter_directory(const std::string& path) {
    if (!path.empty()) checked(::chdir(path.c_str()), ("chdir to " + path).c_str());
}

/// Goes to a directory and, at its end, back.
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
