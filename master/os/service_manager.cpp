#include "master/os/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <ctime>

namespace curfew::master {

namespace {

/// In microseconds: RELOADING=1 must be sent with this time.
long long monotonic_time() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
}

}  // namespace

ServiceManager::ServiceManager() {
    const char* const variable = std::getenv("NOTIFY_SOCKET");
    const std::string path = variable ? variable : "";
    ::unsetenv("NOTIFY_SOCKET");
    const bool is_usable = path.starts_with('/') || path.starts_with('@');
    if (!is_usable || path.size() >= sizeof address_.sun_path) return;
    address_.sun_family = AF_UNIX;
    path.copy(address_.sun_path, sizeof address_.sun_path - 1);
    if (path[0] == '@') address_.sun_path[0] = '\0';  // an abstract address
    address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

void ServiceManager::ready() {
    if (ready_) return;
    ready_ = true;
    send("READY=1\nSTATUS=serving");
}

void ServiceManager::reloading() {
    ready_ = false;
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=replacing the workers",
                     monotonic_time()));
}

void ServiceManager::stopping() {
    ready_ = true;  // so that READY=1 is not sent any more
    send("STOPPING=1\nSTATUS=finishing what is accepted");
}

void ServiceManager::retry() { send(std::string(unsent_)); }

/// Never waits, because the master must enforce limits in time.
void ServiceManager::send(std::string_view message) {
    unsent_.clear();
    if (!socket_) return;
    const auto size =
        ::sendto(socket_.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address_), address_size_);
    if (size < 0 && (errno == EAGAIN || errno == ENOBUFS)) unsent_ = message;
}

}  // namespace curfew::master
