#pragma once

#include "tests/support/peer.h"

#include <functional>
#include <string>

namespace curfew::tests {

/// Answers each request on each connection with what `respond` makes of its whole text: a whole
/// response, with Content-Length. An empty one ends the connection.
inline Peer::Talk http_talk(std::function<std::string(const std::string&)> respond) {
    return [respond = std::move(respond)](int connection) {
        std::string input;
        while (true) {
            const std::string more = receive(connection);
            if (more.empty()) return;
            input += more;
            const auto head = input.find("\r\n\r\n");
            if (head == std::string::npos) continue;
            const auto length = input.find("Content-Length: ");
            const std::size_t body = length < head ? std::stoul(input.substr(length + 16)) : 0;
            if (input.size() < head + 4 + body) continue;
            const std::string response = respond(input);
            input.clear();
            if (response.empty()) return;
            send_all(connection, response);
        }
    };
}

inline std::string response(const std::string& body, const std::string& status = "200 OK",
                            const std::string& fields = {}) {
    return "HTTP/1.1 " + status + "\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// The answer is the request.
inline std::string echo(const std::string& request) { return response(request); }

}  // namespace curfew::tests
