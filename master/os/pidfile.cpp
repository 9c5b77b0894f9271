#include "master/os/pidfile.h"

#include "master/os/in_use.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace curfew::master {

namespace {

constexpr std::size_t longest = 32;

/// The pid in the file. Throws if the text is no pid, because then the file is not a pid file and
/// must not be overwritten.
std::string read_pid(int fd) {
    std::string text(longest + 1, '\0');
    const auto size = ::pread(fd, text.data(), text.size(), 0);
    checked(static_cast<int>(size), "read");
    text.resize(static_cast<std::size_t>(size));
    const auto end = text.find_last_not_of(" \n") + 1;
    if (text.size() > longest || text.find_first_not_of("0123456789") < end) {
        throw std::runtime_error("there is something else in it than a process id");
    }
    text.resize(end);
    return text;
}

void lock(int fd) {
    struct stat status {};
    checked(::fstat(fd, &status), "fstat");
    if (!S_ISREG(status.st_mode)) throw std::runtime_error("it is not a regular file");
    const auto pid = read_pid(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return;
    if (errno != EWOULDBLOCK) checked(-1, "flock");
    throw InUse("process " + pid + " is alive; stop it first, or name another pid file");
}

/// The previous server removes its file when it ends. That may happen after this process has opened
/// the file and before it has locked it, so the path is checked again after locking.
worker::NamedFile lock_in_place(const std::string& path) {
    for (int tries = 0; tries < 100; ++tries) {
        auto located = worker::locate(path, worker::LastLink::keep);
        auto fd = worker::open_located(located, O_RDWR | O_CREAT | O_NONBLOCK, 0644);
        lock(fd.get());
        worker::NamedFile file(std::move(located), std::move(fd));
        if (file.in_place()) return file;
    }
    throw std::runtime_error("somebody removes it again and again");
}

}  // namespace

Pidfile::Pidfile(const std::string& path) {
    try {
        file_ = lock_in_place(path);
        const auto text = std::to_string(::getpid()) + "\n";
        checked(::ftruncate(file_->fd(), 0), "ftruncate");
        checked(static_cast<int>(::pwrite(file_->fd(), text.data(), text.size(), 0)), "write");
    } catch (const InUse& error) {
        throw InUse("pid file " + path + ": " + error.what());
    } catch (const std::system_error& error) {
        throw std::runtime_error("pid file " + path + ": " + error.code().message());
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("pid file " + path + ": " + error.what());
    }
}

Pidfile::~Pidfile() {
    if (file_) file_->remove();
}

}  // namespace curfew::master
