// The least that a server can do: a loop of epoll_wait, recv and send that looks for the end of a
// head and answers with bytes it was given. Nothing is parsed but `Connection: close`.
//
//     raw PORT PROCESSES KEEP_ALIVE_RESPONSE CLOSE_RESPONSE      (the responses are files)

#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Connection {
    std::size_t used = 0;
    char input[4096];
};

struct Responses {
    std::string keep_alive;
    std::string close;
};

int checked(int result, const char* what) {
    if (result >= 0) return result;
    std::perror(what);
    std::exit(1);
}

std::string contents(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int listen_on(std::uint16_t port) {
    const int fd = checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    checked(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(::listen(fd, 2048), "listen");
    return fd;
}

/// Reads once and answers every head that is whole. False when the connection is over.
bool serve(int fd, Connection& connection, const Responses& responses) {
    const auto count = ::recv(fd, connection.input + connection.used,
                              sizeof connection.input - connection.used, 0);
    if (count <= 0) return false;
    connection.used += static_cast<std::size_t>(count);

    std::string_view input(connection.input, connection.used);
    while (true) {
        const auto end = input.find("\r\n\r\n");
        if (end == std::string_view::npos) break;
        const bool close = input.substr(0, end).find("Connection: close") != std::string_view::npos;
        const std::string& response = close ? responses.close : responses.keep_alive;
        ::send(fd, response.data(), response.size(), MSG_NOSIGNAL);
        if (close) return false;
        input.remove_prefix(end + 4);
    }
    std::memmove(connection.input, input.data(), input.size());
    connection.used = input.size();
    return connection.used < sizeof connection.input;
}

[[noreturn]] void run(int listener, const Responses& responses) {
    const int epoll = checked(::epoll_create1(0), "epoll_create1");
    epoll_event interest{.events = EPOLLIN, .data = {.fd = listener}};
    checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &interest), "epoll_ctl");
    std::vector<std::unique_ptr<Connection>> connections;

    while (true) {
        epoll_event events[64];
        const int count = ::epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; ++i) {
            int fd = events[i].data.fd;
            if (fd != listener) {
                if (!serve(fd, *connections[static_cast<std::size_t>(fd)], responses)) ::close(fd);
                continue;
            }
            fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) continue;  // another process was faster
            const auto index = static_cast<std::size_t>(fd);
            if (connections.size() <= index) connections.resize(index + 1);
            if (!connections[index]) connections[index] = std::make_unique<Connection>();
            connections[index]->used = 0;
            interest = {.events = EPOLLIN, .data = {.fd = fd}};
            ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    const Responses responses{.keep_alive = contents(argv[3]), .close = contents(argv[4])};
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        if (::fork() != 0) continue;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        run(listener, responses);
    }
    while (::wait(nullptr) > 0) {
    }
}
