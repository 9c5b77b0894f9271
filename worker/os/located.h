#pragma once

#include "handlers/base/unique_fd.h"

#include <fcntl.h>

#include <string>

namespace curfew::worker {

/// Where a path leads: a name in a directory that is open, so that nobody can exchange it any more.
struct Located {
    UniqueFd directory;
    std::string name;
    bool exposed = false;  ///< others can make files in that directory
    bool movable = false;  ///< others can let the path lead to another directory
    bool magic = false;    ///< a descriptor of a process, by its link in /proc
};

enum class LastLink { follow, keep };

/// Finds out where `path` leads. A symbolic link counts only if it belongs to somebody who may
/// decide where this process reads and writes: the user of this process, root, or the owner of the
/// root directory. Else any user who may write to a directory on the way could have files of root's
/// written to, made or removed. `last`: what is done about a link at the end of the path.
/// Throws std::system_error, or std::runtime_error that names the link and its owner.
[[nodiscard]] Located locate(const std::string& path, LastLink last);

/// Opens the file that is there, or makes it if `flags` say so; O_NOFOLLOW and O_CLOEXEC are added.
/// In an exposed directory no file that has a second name: somebody may have linked to a file of
/// another user's. Throws std::system_error or std::runtime_error.
[[nodiscard]] UniqueFd open_located(const Located& located, int flags, mode_t mode = 0);

/// A file under a name that this process has given it.
class NamedFile {
  public:
    NamedFile(Located located, UniqueFd file)
        : located_(std::move(located)), file_(std::move(file)) {}

    [[nodiscard]] int fd() const noexcept { return file_.get(); }

    /// False if there is nothing of that name any more, or another file.
    [[nodiscard]] bool in_place() const noexcept;

    /// Removes it, unless that name is another file's by now.
    void remove() const noexcept;

  private:
    Located located_;
    UniqueFd file_;
};

}  // namespace curfew::worker
