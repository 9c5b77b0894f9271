#include "tests/support/name_server.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

namespace curfew::tests {

namespace {

constexpr std::size_t head_size = 12;

std::string big_endian(std::uint32_t number, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i));
    return text;
}

struct Question {
    std::string name;
    int type = 0;
    std::size_t end = 0;  ///< of its bytes in the query
};

std::optional<Question> question_in(const std::string& query) {
    Question question;
    auto at = head_size;
    while (at < query.size() && query[at] != 0) {
        const auto length = static_cast<unsigned char>(query[at]);
        if (!question.name.empty()) question.name += '.';
        if (at + 1 + length >= query.size()) return std::nullopt;
        question.name += query.substr(at + 1, length);
        at += 1 + length;
    }
    std::ranges::transform(question.name, question.name.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    question.end = at + 5;
    if (question.end > query.size()) return std::nullopt;
    question.type = static_cast<unsigned char>(query[at + 2]);
    return question;
}

/// Its bytes if it is of that type.
std::optional<std::string> bytes_of(const std::string& address, int type) {
    std::array<char, 16> bytes{};
    const bool six = address.find(':') != std::string::npos;
    if (type != (six ? ns_t_aaaa : ns_t_a)) return std::nullopt;
    ::inet_pton(six ? AF_INET6 : AF_INET, address.c_str(), bytes.data());
    return std::string(bytes.data(), six ? 16 : 4);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

}  // namespace

NameServer::NameServer(Zone zone, std::uint32_t seconds_to_live)
    : zone_(std::move(zone)),
      seconds_to_live_(seconds_to_live),
      socket_(checked_fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(socket_.get(), generic, size), "bind");
    checked(::getsockname(socket_.get(), generic, &size), "getsockname");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

NameServer::~NameServer() {
    stopping_ = true;
    thread_.join();
}

void NameServer::serve() noexcept {
    while (!stopping_) {
        pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        if (::poll(&wanted, 1, 20) <= 0) continue;
        std::array<char, 512> bytes{};
        sockaddr_in client{};
        socklen_t size = sizeof client;
        auto* const generic = reinterpret_cast<sockaddr*>(&client);
        const auto received =
            ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, generic, &size);
        if (received < static_cast<ssize_t>(head_size)) continue;
        ++questions_;
        const auto answer = answer_to({bytes.data(), static_cast<std::size_t>(received)});
        if (answer.empty()) continue;
        (void)::sendto(socket_.get(), answer.data(), answer.size(), 0, generic, size);
    }
}

std::string NameServer::answer_to(const std::string& query) const {
    const auto question = question_in(query);
    if (!question) return {};
    const auto found = zone_.find(question->name);
    if (found != zone_.end() && found->second.empty()) return {};
    std::string records;
    std::uint32_t count = 0;
    if (found != zone_.end()) {
        for (const auto& address : found->second) {
            const auto bytes = bytes_of(address, question->type);
            if (!bytes) continue;
            ++count;
            records += big_endian(0xc000 + head_size, 2);  // the name in the question
            records += big_endian(static_cast<std::uint32_t>(question->type), 2);
            records += big_endian(ns_c_in, 2) + big_endian(seconds_to_live_, 4);
            records += big_endian(static_cast<std::uint32_t>(bytes->size()), 2) + *bytes;
        }
    }
    const bool exists = found != zone_.end();
    return query.substr(0, 2) + big_endian(exists ? 0x8580 : 0x8583, 2) + big_endian(1, 2) +
           big_endian(count, 2) + big_endian(0, 4) +
           query.substr(head_size, question->end - head_size) + records;
}

AsksNameServer::AsksNameServer(std::uint16_t port) {
    checked(::res_init(), "res_init");
    _res.nscount = 1;
    _res.nsaddr_list[0] = loopback(port);
    _res.retrans = 1;
    _res.retry = 2;
}

AsksNameServer::~AsksNameServer() { ::res_init(); }

}  // namespace curfew::tests
