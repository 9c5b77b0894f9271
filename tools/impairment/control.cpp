#include "tools/impairment/control.h"

#include "tools/impairment/address.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace curfew::impairment {

namespace {

constexpr std::size_t longest_line = 4096;

UniqueFd new_socket(int flags) {
    return checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket");
}

int connect_to(int socket, const std::string& path) {
    const auto address = unix_address(path);
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// A program that was killed leaves its socket behind.
void remove_stale(const std::string& path) {
    const auto probe = new_socket(0);
    if (connect_to(probe.get(), path) < 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
}

UniqueFd listen_on(const std::string& path) {
    remove_stale(path);
    auto socket = new_socket(SOCK_NONBLOCK);
    const auto address = unix_address(path);
    const auto mask = ::umask(0177);
    const int bound =
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::umask(mask);
    checked(bound, ("bind " + path).c_str());
    checked(::listen(socket.get(), SOMAXCONN), "listen");
    return socket;
}

}  // namespace

Control::Client::Client(worker::Loop& loop, Controlled& controlled, UniqueFd accepted,
                        std::function<void()> on_readable)
    : session(controlled),
      socket(std::move(accepted)),
      readable(loop, socket.get(), std::move(on_readable)) {
    readable.enable();
}

Control::Control(worker::Loop& loop, const std::string& path, Controlled& controlled)
    : loop_(loop),
      path_(path),
      controlled_(controlled),
      socket_(listen_on(path)),
      client_waits_(loop, socket_.get(), [this] { on_client(); }) {
    client_waits_.enable();
}

Control::~Control() { ::unlink(path_.c_str()); }

void Control::on_client() {
    UniqueFd client{::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!client) return;
    const int socket = client.get();
    clients_.try_emplace(socket, loop_, controlled_, std::move(client),
                         [this, socket] { on_readable(socket); });
}

void Control::on_readable(int socket) {
    auto& client = clients_.at(socket);
    char bytes[longest_line];
    const auto count = ::recv(socket, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count > 0) {
        client.input.append(bytes, static_cast<std::size_t>(count));
        if (answer_lines(client) && client.input.size() < longest_line) return;
    }
    clients_.erase(socket);
}

/// False if the client does not take its answers.
bool Control::answer_lines(Client& client) {
    for (auto end = client.input.find('\n'); end != std::string::npos;
         end = client.input.find('\n')) {
        const auto reply =
            client.session.answer(std::string_view(client.input).substr(0, end)) + '\n';
        client.input.erase(0, end + 1);
        const auto sent = ::send(client.socket.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(reply.size())) return false;
    }
    return true;
}

std::string ask(const std::string& path, const std::string& line) {
    const auto socket = new_socket(0);
    checked(connect_to(socket.get(), path), path.c_str());
    const auto request = line + '\n';
    checked(static_cast<int>(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL)),
            path.c_str());
    std::string reply;
    char bytes[longest_line];
    while (!reply.ends_with('\n')) {
        const auto count = ::recv(socket.get(), bytes, sizeof bytes, 0);
        if (count <= 0) return {};
        reply.append(bytes, static_cast<std::size_t>(count));
    }
    reply.pop_back();
    return reply;
}

}  // namespace curfew::impairment
