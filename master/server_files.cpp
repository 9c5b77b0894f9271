#include "master/server_files.h"

#include "master/log/hand_over_log.h"
#include "master/log/logging.h"
#include "master/os/in_use.h"
#include "worker/access_log/log_output.h"
#include "worker/os/log_file.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace curfew::master {

namespace {

/// Each connection needs a descriptor, and a worker may get connections of a dead worker in
/// addition to its own.
void compare_with_limit(int connections) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const auto wanted = static_cast<rlim_t>(connections);
    if (files.rlim_cur > wanted) return;
    spdlog::warn(
        "worker_connections is {}, but a process may open {} files: others wait to be accepted, "
        "and a connection of a dead worker may be lost; raise ulimit -n",
        connections, files.rlim_cur);
}

std::optional<Pidfile> make_pidfile(const Options& options) {
    if (options.pidfile.empty()) return {};
    return retry_while_in_use([&] { return Pidfile(options.pidfile); });
}

}  // namespace

ServerFiles::ServerFiles(const Options& options)
    : identity_(options.user, options.group), pidfile_(make_pidfile(options)) {
    hand_over_log(options.error_logfile, identity_);
    hand_over_log(options.worker.access_logfile, identity_);
    const auto stream = worker::standard_stream(options.worker.access_logfile, STDOUT_FILENO);
    if (stream)
        (void)worker::LogOutput::standard(*stream);  // opens it here: a worker may have no right to
    sockets_ = retry_while_in_use([&] { return open_sockets(options.bind, options.backlog); });
    for (const auto& socket : sockets_) {
        if (socket.file) identity_.give(socket.file->fd());
        spdlog::info("listening on {}", socket.name);
    }
    compare_with_limit(options.worker.worker_connections);
}

std::vector<int> ServerFiles::listeners() const {
    std::vector<int> fds;
    for (const auto& socket : sockets_) fds.push_back(socket.fd.get());
    return fds;
}

void ServerFiles::reopen_logs(const Options& options) const {
    for (const auto& name : {options.error_logfile, options.worker.access_logfile}) {
        try {
            hand_over_log(name, identity_);
        } catch (const std::exception& error) {
            spdlog::error("cannot open a log anew: {}", error.what());
        }
    }
    reopen_log(options.error_logfile, options.log_level);
}

void ServerFiles::stop_listening() {
    for (auto& socket : sockets_) {
        if (socket.file) socket.file->remove();
        socket.file.reset();
        socket.fd.reset();
    }
}

void ServerFiles::forget_pidfile() noexcept {
    if (pidfile_) pidfile_->forget();
}

std::vector<UniqueFd> ServerFiles::take_listeners() {
    std::vector<UniqueFd> fds;
    for (auto& socket : sockets_) fds.push_back(std::move(socket.fd));
    sockets_.clear();
    return fds;
}

void ServerFiles::forget() noexcept {
    sockets_.clear();
    stop_adopting();
    forget_pidfile();
}

}  // namespace curfew::master
