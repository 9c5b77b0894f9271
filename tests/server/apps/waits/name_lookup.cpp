// getaddrinfo(), with a name server that does not answer.
#include "objects.h"
#include "row.h"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

#include <memory>

using curfew::checked;
using curfew::checked_fd;

namespace waits {

namespace {

/// Has a port, and reads nothing that comes there.
struct SilentServer {
    SilentServer() : socket(checked_fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")) {
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        checked(::bind(socket.get(), generic, size), "bind");
        checked(::getsockname(socket.get(), generic, &size), "getsockname");
    }

    UniqueFd socket;
    sockaddr_in address{};
};

std::string name_of(int error) {
    switch (error) {
        case 0:
            return {};
        case EAI_AGAIN:
            return "EAI_AGAIN";
        case EAI_FAIL:
            return "EAI_FAIL";
        default:
            return std::to_string(error);
    }
}

/// After the event it asks for what is known without a name server.
Wait look_up() {
    struct State {
        SilentServer server;
        Gate gate;
    };
    const auto state = std::make_shared<State>();
    return {[=] {
                const bool known = state->gate.wait(0);
                checked(::res_init(), "res_init");
                _res.nscount = 1;
                _res.nsaddr_list[0] = state->server.address;
                _res.retrans = 1;
                _res.retry = 2;
                addrinfo* found = nullptr;
                const int error = ::getaddrinfo(known ? "127.0.0.1" : "nobody.curfew.test.",
                                                nullptr, nullptr, &found);
                if (error == 0) ::freeaddrinfo(found);
                ::res_init();
                return name_of(error);
            },
            [=] { state->gate.open(); }};
}

}  // namespace

void add_name_lookup(std::vector<Row>& rows) { rows.push_back({"getaddrinfo", look_up, false}); }

}  // namespace waits
