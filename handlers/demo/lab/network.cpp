#include "network.h"

#include <curfew/app.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <system_error>

using namespace curfew;

namespace demo::lab {

namespace {

std::vector<std::string> control_sockets() {
    const char* const named = std::getenv("DEMO_NETWORK");
    std::istringstream list(named ? named : "");
    std::vector<std::string> paths;
    for (std::string path; std::getline(list, path, ',');) {
        if (!path.empty()) paths.push_back(path);
    }
    return paths;
}

HttpError failure(const std::string& path, std::string_view what) {
    return HttpError(502, "the network's proxy at " + path + ": " + std::string(what) +
                              "; `tools/network start` starts it");
}

UniqueFd connect_to(const std::string& path) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (path.size() >= sizeof address.sun_path) throw failure(path, "the path is too long");
    path.copy(address.sun_path, path.size());
    UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw failure(path, std::generic_category().message(errno));
    }
    return socket;
}

/// One line, and one as the answer.
std::string ask(int socket, const std::string& line) {
    if (::send(socket, line.data(), line.size(), MSG_NOSIGNAL) < 0) return {};
    pollfd answer{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&answer, 1, 2000) <= 0) return {};
    std::array<char, 1024> bytes{};
    const auto count = ::recv(socket, bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

}  // namespace

const std::vector<Network>& networks() {
    static const std::vector<Network> all{
        {"clean", "as it is", ""},
        {"late", "every answer 100 ms late", "down latency 100ms"},
        {"jitter", "0 to 200 ms late, in bursts", "down latency 100ms jitter 100ms"},
        {"drip", "a byte every 50 ms", "down drip 1/50ms"},
        {"stall", "silence after 20 bytes", "down stall 20"},
        {"black-hole", "nothing gets through", "black-hole"},
    };
    return all;
}

bool network_can_be_bad() { return !control_sockets().empty(); }

const Network& find_network(std::string_view name) {
    std::string choices;
    for (const auto& each : networks()) {
        if (each.name == name && (each.words.empty() || network_can_be_bad())) return each;
        if (each.name == name) {
            throw HttpError(400,
                            "only the clean network is there: nobody stands between the "
                            "functions and their servers. tools/serve starts who does; "
                            "otherwise see tools/network");
        }
        choices.append(choices.empty() ? "" : ", ").append(each.name);
    }
    throw HttpError(
        400, "there is no network \"" + std::string(name) + "\"; the choices are " + choices);
}

NetworkInForce::NetworkInForce(const Network& network) {
    if (network.words.empty()) return;
    for (const auto& path : control_sockets()) {
        auto proxy = connect_to(path);
        const auto answer = ask(proxy.get(), "hold " + std::string(network.words) + "\n");
        if (answer != "ok\n") throw failure(path, answer.empty() ? "no answer" : answer);
        proxies_.push_back(std::move(proxy));
    }
}

}  // namespace demo::lab
