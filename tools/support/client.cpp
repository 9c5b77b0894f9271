#include "tools/support/client.h"

#include "handlers/http/headers.h"
#include "tools/support/wait_until.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace curfew::tools {

namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Address address_of(const std::string& url) {
    Address address;
    if (url.starts_with("unix:")) {
        auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
        un.sun_family = AF_UNIX;
        url.substr(5).copy(un.sun_path, sizeof un.sun_path - 1);
        address.size = sizeof un;
        return address;
    }
    const auto colon = url.rfind(':');
    const auto port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))));
    if (url.starts_with("http://[")) {
        auto& in = reinterpret_cast<sockaddr_in6&>(address.storage);
        in.sin6_family = AF_INET6;
        in.sin6_port = port;
        ::inet_pton(AF_INET6, url.substr(8, colon - 9).c_str(), &in.sin6_addr);
        address.size = sizeof in;
        return address;
    }
    auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
    in.sin_family = AF_INET;
    in.sin_port = port;
    ::inet_pton(AF_INET, url.substr(7, colon - 7).c_str(), &in.sin_addr);
    address.size = sizeof in;
    return address;
}

/// A signal, which interrupts poll() whatever SA_RESTART says, is not the end of the wait.
bool ready(int fd, short events, std::chrono::milliseconds limit) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + limit;
    while (true) {
        const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        pollfd poll{.fd = fd, .events = events, .revents = 0};
        const int count =
            ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(remaining.count(), 0)));
        if (count >= 0 || errno != EINTR) return count > 0;
    }
}

void parse_head(Reply& reply) {
    reply.status = std::stoi(reply.head.substr(9, 3));
    auto rest = std::string_view(reply.head);
    while (true) {
        rest.remove_prefix(rest.find("\r\n") + 2);
        const auto line = rest.substr(0, rest.find("\r\n"));
        if (line.empty()) return;
        const auto colon = line.find(':');
        reply.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
}

}  // namespace

std::string Reply::field(std::string_view name) const {
    for (const auto& [each, value] : fields) {
        if (equals_ignoring_case(each, name)) return value;
    }
    return {};
}

bool Reply::has(std::string_view name) const {
    return std::ranges::any_of(
        fields, [name](const auto& each) { return equals_ignoring_case(each.first, name); });
}

Client::Client(const std::string& url, int receive_buffer) {
    const auto address = address_of(url);
    socket_ =
        checked_fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    if (receive_buffer > 0) {
        checked(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                             sizeof receive_buffer),
                "setsockopt");
    }
    checked(
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size),
        "connect");
}

bool Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!ready(socket_.get(), POLLOUT, patience)) throw std::runtime_error("cannot send");
        const auto count =
            ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void Client::send_urgent(std::string_view bytes) {
    (void)::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_OOB);
}

void Client::finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }

void Client::reset() {
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
}

bool Client::fill() {
    if (!ready(socket_.get(), POLLIN, patience)) throw std::runtime_error("no answer comes");
    char bytes[65536];
    const auto count = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (count < 0) was_reset_ = errno == ECONNRESET;
    if (count > 0) input_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
}

std::string Client::take(std::size_t count) {
    while (input_.size() < count && fill()) {
    }
    auto taken = input_.substr(0, count);
    input_.erase(0, taken.size());
    return taken;
}

std::string Client::take_line() {
    auto end = input_.find("\r\n");
    while (end == std::string::npos) {
        if (!fill()) return {};
        end = input_.find("\r\n");
    }
    return take(end + 2);
}

Reply Client::read_reply(bool to_head) {
    Reply reply;
    while (input_.find("\r\n\r\n") == std::string::npos) {
        if (!fill()) return reply;
    }
    reply.head = take(input_.find("\r\n\r\n") + 4);
    parse_head(reply);

    const bool bodiless =
        to_head || reply.status / 100 == 1 || reply.status == 204 || reply.status == 304;
    if (bodiless) {
        reply.whole = true;
    } else if (reply.field("Transfer-Encoding") == "chunked") {
        read_chunks(reply);
    } else if (reply.has("Content-Length")) {
        const auto length = std::stoul(reply.field("Content-Length"));
        reply.body = take(length);
        reply.whole = reply.body.size() == length;
    } else {
        reply.body = read_until_close();
        reply.whole = !was_reset_;
    }
    return reply;
}

void Client::read_chunks(Reply& reply) {
    while (true) {
        const auto line = take_line();
        if (line.empty()) return;
        const auto size = std::stoul(line, nullptr, 16);
        if (size == 0) {
            reply.whole = take_line() == "\r\n";
            return;
        }
        reply.body += take(size);
        if (take_line() != "\r\n") return;
    }
}

std::string Client::read_until_close() {
    while (fill()) {
    }
    return std::exchange(input_, {});
}

bool Client::hears_within(std::chrono::milliseconds time) {
    return !input_.empty() || ready(socket_.get(), POLLIN, time);
}

std::string Client::read_some(std::size_t most) {
    if (input_.empty() && !ready(socket_.get(), POLLIN, patience)) {
        throw std::runtime_error("no answer comes");
    }
    if (!input_.empty()) return take(std::min(most, input_.size()));
    std::string bytes(most, '\0');
    const auto count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

Reply Client::get(std::string_view target, std::string_view fields) {
    send(get_request(target, fields));
    return read_reply();
}

std::string get_request(std::string_view target, std::string_view fields) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
           "\r\n";
}

std::string post_request(std::string_view target, std::string_view body, std::string_view fields) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace curfew::tools
