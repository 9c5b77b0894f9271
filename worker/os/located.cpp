#include "worker/os/located.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace curfew::worker {

namespace {

/// The kernel follows the same number of links.
constexpr int most_links = 40;

struct stat status_of(int fd) {
    struct stat status {};
    checked(::fstat(fd, &status), "fstat");
    return status;
}

bool is_trusted(uid_t user) noexcept {
    struct stat root {};
    return user == 0 || user == ::geteuid() || (::stat("/", &root) == 0 && user == root.st_uid);
}

bool is_open_to_others(const struct stat& directory) noexcept {
    return !is_trusted(directory.st_uid) || (directory.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/// In a sticky directory only the owners of the directory and of the file can give the name to
/// another file.
bool can_be_exchanged(const struct stat& directory, const struct stat& entry) noexcept {
    const bool kept = is_trusted(directory.st_uid) && (directory.st_mode & S_ISVTX) != 0 &&
                      is_trusted(entry.st_uid);
    return is_open_to_others(directory) && !kept;
}

bool is_in_proc(int fd) noexcept {
    struct statfs system {};
    return ::fstatfs(fd, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

std::string target_of(int link) {
    std::string target(PATH_MAX, '\0');
    const auto size = ::readlinkat(link, "", target.data(), target.size());
    checked(static_cast<int>(size), "readlink");
    target.resize(static_cast<std::size_t>(size));
    return target;
}

/// The walk along a path, one name at a time.
class Walk {
  public:
    Walk(const std::string& path, LastLink last) : path_(path), last_(last) { go_to(path); }

    Located run() {
        if (names_.empty()) throw_errno(path_.empty() ? ENOENT : EISDIR);
        while (true) {
            name_ = std::move(names_.front());
            names_.pop_front();
            const UniqueFd entry(
                ::openat(directory_.get(), name_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
            if (!entry && (errno != ENOENT || !names_.empty())) throw_errno(errno);
            if (!entry || step_onto(entry)) break;
        }
        const auto directory = status_of(directory_.get());
        return {.directory = std::move(directory_),
                .name = std::move(name_),
                .exposed = is_open_to_others(directory),
                .movable = movable_,
                .magic = magic_};
    }

  private:
    /// True at the end of the path.
    bool step_onto(const UniqueFd& entry) {
        const auto status = status_of(entry.get());
        const bool at_end = names_.empty();
        const bool is_link = S_ISLNK(status.st_mode);
        if (at_end && (!is_link || last_ == LastLink::keep)) return true;
        if (is_link && is_in_proc(entry.get())) {  // nobody but the kernel makes these
            magic_ = at_end;
            if (!at_end) enter(name_.c_str());
            return at_end;
        }
        if (is_link) {
            follow(entry.get(), status);
        } else {
            movable_ |= can_be_exchanged(status_of(directory_.get()), status);
            enter(name_.c_str());
        }
        return false;
    }

    void follow(int link, const struct stat& status) {
        const auto directory = status_of(directory_.get());
        if (!is_trusted(status.st_uid) || (is_open_to_others(directory) && status.st_nlink != 1)) {
            throw std::runtime_error(
                "opening " + path_ + ": the symbolic link " + name_ + " belongs to user " +
                std::to_string(status.st_uid) +
                ", who must not choose the file; name the file that is meant, or let root own "
                "the link");
        }
        if (--links_left_ < 0) throw_errno(ELOOP);
        movable_ |= can_be_exchanged(directory, status);
        go_to(target_of(link));
        if (names_.empty()) throw_errno(EISDIR);
    }

    /// Puts the names of a path before those that are left.
    void go_to(std::string_view path) {
        if (path.starts_with('/')) {
            directory_ = open_directory("/");
        } else if (!directory_) {
            directory_ = open_directory(".");
        }
        std::deque<std::string> names;
        while (!path.empty()) {
            const auto end = std::min(path.find('/'), path.size());
            const auto name = path.substr(0, end);
            if (!name.empty() && name != ".") names.emplace_back(name);
            path.remove_prefix(std::min(end + 1, path.size()));
        }
        names_.insert(names_.begin(), names.begin(), names.end());
    }

    void enter(const char* name) {
        UniqueFd next(::openat(directory_.get(), name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!next) throw_errno(errno);
        directory_ = std::move(next);
    }

    [[nodiscard]] UniqueFd open_directory(const char* path) const {
        UniqueFd directory(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!directory) throw_errno(errno);
        return directory;
    }

    [[noreturn]] void throw_errno(int error) const {
        throw std::system_error(error, std::generic_category(), "opening " + path_);
    }

    const std::string& path_;
    LastLink last_;
    UniqueFd directory_;
    std::deque<std::string> names_;
    std::string name_;
    int links_left_ = most_links;
    bool movable_ = false;
    bool magic_ = false;
};

}  // namespace

Located locate(const std::string& path, LastLink last) { return Walk(path, last).run(); }

UniqueFd open_located(const Located& located, int flags, mode_t mode) {
    const int no_link = located.magic ? 0 : O_NOFOLLOW;
    UniqueFd file = checked_fd(
        ::openat(located.directory.get(), located.name.c_str(), flags | no_link | O_CLOEXEC, mode),
        ("opening " + located.name).c_str());
    const auto status = status_of(file.get());
    if (located.exposed && !located.magic && S_ISREG(status.st_mode) && status.st_nlink > 1) {
        throw std::runtime_error("opening " + located.name +
                                 ": it has another name besides (a hard link), which any user may "
                                 "have given it who can write to the directory");
    }
    return file;
}

bool NamedFile::in_place() const noexcept {
    struct stat there {};
    struct stat ours {};
    return ::fstatat(located_.directory.get(), located_.name.c_str(), &there,
                     AT_SYMLINK_NOFOLLOW) == 0 &&
           ::fstat(file_.get(), &ours) == 0 && there.st_dev == ours.st_dev &&
           there.st_ino == ours.st_ino;
}

void NamedFile::remove() const noexcept {
    if (in_place()) ::unlinkat(located_.directory.get(), located_.name.c_str(), 0);
}

}  // namespace curfew::worker
