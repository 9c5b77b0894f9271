#include "master/pidfile.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace curfew::master {

namespace {

pid_t read_pid(int fd) {
    char text[32] = {};
    return ::pread(fd, text, sizeof text - 1, 0) > 0 ? static_cast<pid_t>(std::atol(text)) : 0;
}

bool is_alive(pid_t pid) { return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM); }

}  // namespace

Pidfile::Pidfile(std::string path) : path_(std::move(path)) {
    try {
        fd_ = checked_fd(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644),
                         "open");
        const auto other = read_pid(fd_.get());
        const bool locked = ::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0;
        if (!locked || (other != ::getpid() && is_alive(other))) {
            fd_.reset();
            throw std::runtime_error("process " + std::to_string(other) +
                                     " is alive; stop it first, or name another pid file");
        }
        const auto text = std::to_string(::getpid()) + "\n";
        checked(::ftruncate(fd_.get(), 0), "ftruncate");
        checked(static_cast<int>(::pwrite(fd_.get(), text.data(), text.size(), 0)), "write");
    } catch (const std::system_error& error) {
        throw std::runtime_error("pid file " + path_ + ": " + error.code().message());
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("pid file " + path_ + ": " + error.what());
    }
}

Pidfile::~Pidfile() {
    if (fd_ && read_pid(fd_.get()) == ::getpid()) ::unlink(path_.c_str());
}

}  // namespace curfew::master
