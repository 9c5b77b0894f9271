#pragma once

#include "handlers/base/unique_fd.h"

#include <fcntl.h>

#include <string>

namespace curfew::worker {

/// The place to which a path leads: a name in a directory that is open, so that nobody can exchange
/// the directory any more.
struct Located {
    UniqueFd directory;
    std::string name;
    bool exposed = false;  ///< others can make files in that directory
    bool movable = false;  ///< others can let the path lead to another directory
    bool magic = false;    ///< a descriptor of a process, by its link in /proc
};

enum class LastLink { follow, keep };

/// Finds the place to which `path` leads. A symbolic link is followed only if its owner may decide
/// what this process reads and writes: the user of this process, root, or the owner of the root
/// directory. Otherwise any user with write access to a directory of the path could have root's
/// files written, created or removed. `last`: what to do about a link at the end of the path.
/// Throws std::system_error, or std::runtime_error that names the link and its owner.
[[nodiscard]] Located locate(const std::string& path, LastLink last);

/// Opens the file, or creates it if `flags` say so; O_NOFOLLOW and O_CLOEXEC are added. Refuses a
/// file with several names in a directory in which other users can create files, because one of
/// them may have linked it to a file of another user. Throws std::system_error or
/// std::runtime_error.
[[nodiscard]] UniqueFd open_located(const Located& located, int flags, mode_t mode = 0);

/// A file under a name that this process has given it.
class NamedFile {
  public:
    NamedFile(Located located, UniqueFd file)
        : located_(std::move(located)), file_(std::move(file)) {}

    [[nodiscard]] int fd() const noexcept { return file_.get(); }

    /// False if the name has gone, or belongs to another file by now.
    [[nodiscard]] bool in_place() const noexcept;

    /// Removes the file, unless its name belongs to another file by now.
    void remove() const noexcept;

  private:
    Located located_;
    UniqueFd file_;
};

}  // namespace curfew::worker
