// Compares two servers by turns too short for a noisy machine to treat them differently: so many
// requests to the one, so many to the other, again and again, in either order.
//
//     slices TURNS REQUESTS CONNECTIONS RESPONSE_SIZE PORT:PID,PID... PORT:PID,PID...
//
// The pids are those whose CPU time counts. Each turn prints a line: for the first server and for
// the second the time that its requests took, and that CPU time, in nanoseconds.

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view request = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

int checked(int result, const char* what) {
    if (result >= 0) return result;
    std::perror(what);
    std::exit(1);
}

std::int64_t now(clockid_t clock) {
    timespec time{};
    checked(::clock_gettime(clock, &time), "clock_gettime");
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

struct Connection {
    int fd = -1;
    std::size_t received = 0;  // of the response that is under way
};

class Server {
  public:
    Server(const std::string& description, int connections)
        : epoll_(checked(::epoll_create1(0), "epoll_create1")) {
        std::istringstream in(description);
        std::uint16_t port = 0;
        in >> port;
        while (in.get() != EOF) {
            pid_t pid = 0;
            in >> pid;
            clocks_.emplace_back();
            if (::clock_getcpuclockid(pid, &clocks_.back()) != 0) std::exit(1);
        }
        connections_.resize(static_cast<std::size_t>(connections));
        for (auto& connection : connections_) connect(connection, port);
    }

    void serve(int requests, std::size_t response_size) {
        int unsent = requests;
        for (const auto& connection : connections_) send(connection, unsent);
        char buffer[65536];
        for (int unanswered = requests; unanswered > 0;) {
            epoll_event events[64];
            const int count = ::epoll_wait(epoll_, events, 64, -1);
            for (int i = 0; i < count; ++i) {
                auto& connection = *static_cast<Connection*>(events[i].data.ptr);
                const auto got = ::recv(connection.fd, buffer, sizeof buffer, 0);
                if (got <= 0) checked(-1, "a connection ended");
                connection.received += static_cast<std::size_t>(got);
                if (connection.received < response_size) continue;
                connection.received = 0;
                --unanswered;
                send(connection, unsent);
            }
        }
    }

    std::int64_t cpu_time() const {
        std::int64_t sum = 0;
        for (const auto clock : clocks_) sum += now(clock);
        return sum;
    }

  private:
    void connect(Connection& connection, std::uint16_t port) const {
        connection.fd = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        checked(::connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address),
                "connect");
        epoll_event interest{.events = EPOLLIN, .data = {.ptr = &connection}};
        checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &interest), "epoll_ctl");
    }

    static void send(const Connection& connection, int& unsent) {
        if (unsent == 0) return;
        --unsent;
        const auto sent = ::send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL);
        checked(static_cast<int>(sent), "send");
    }

    int epoll_;
    std::vector<clockid_t> clocks_;
    std::vector<Connection> connections_;
};

struct Cost {
    std::int64_t time = 0;
    std::int64_t cpu = 0;
};

Cost cost(Server& server, int requests, std::size_t response_size) {
    const auto cpu = server.cpu_time();
    const auto time = now(CLOCK_MONOTONIC);
    server.serve(requests, response_size);
    return {.time = now(CLOCK_MONOTONIC) - time, .cpu = server.cpu_time() - cpu};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 7) return 2;
    const int turns = std::atoi(argv[1]);
    const int requests = std::atoi(argv[2]);
    const auto response_size = static_cast<std::size_t>(std::atoi(argv[4]));
    Server servers[] = {{argv[5], std::atoi(argv[3])}, {argv[6], std::atoi(argv[3])}};
    for (int turn = 0; turn < turns; ++turn) {
        Cost costs[2];
        for (const int i : {turn % 2, 1 - turn % 2}) {
            costs[i] = cost(servers[i], requests, response_size);
        }
        std::printf("%lld %lld %lld %lld\n", static_cast<long long>(costs[0].time),
                    static_cast<long long>(costs[0].cpu), static_cast<long long>(costs[1].time),
                    static_cast<long long>(costs[1].cpu));
    }
}
