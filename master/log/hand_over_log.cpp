#include "master/log/hand_over_log.h"

#include "worker/os/located.h"
#include "worker/os/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <system_error>

namespace curfew::master {

namespace {

constexpr int flags = O_WRONLY | O_APPEND | O_NONBLOCK;

/// Creates the log. Returns nothing if the file exists.
UniqueFd make(const worker::Located& located) {
    try {
        return worker::open_located(located, flags | O_CREAT | O_EXCL, 0644);
    } catch (const std::system_error& error) {
        if (error.code().value() != EEXIST) throw;
        return {};
    }
}

void make_or_open(const std::string& name, const Identity& identity) {
    const auto located = worker::locate(name, worker::LastLink::follow);
    const auto made = make(located);
    if (made) return identity.give(made.get());
    const auto file = worker::open_located(located, flags);
    struct stat status {};
    checked(::fstat(file.get(), &status), "fstat");
    const bool ours = !located.exposed && !located.magic && status.st_nlink == 1;
    if (S_ISREG(status.st_mode) && ours) identity.give(file.get());
}

}  // namespace

void hand_over_log(const std::string& name, const Identity& identity) {
    if (worker::is_no_log(name) || worker::standard_stream(name, STDERR_FILENO)) return;
    try {
        make_or_open(name, identity);
    } catch (const std::system_error& error) {
        if (error.code().value() == ENXIO) return;  // a FIFO without a reader
        throw std::runtime_error("log " + name + ": " + error.code().message());
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("log " + name + ": " + error.what());
    }
}

}  // namespace curfew::master
