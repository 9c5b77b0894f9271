#include "tests/server/library_peers.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

namespace curfew::tests {

namespace {

/// Numbers as they are sent: the most significant byte comes first.
std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

std::string sized(std::string_view text, int bytes) {
    return number(text.size(), bytes) + std::string(text);
}

std::uint64_t number_at(std::string_view text, std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        value = value << 8 | static_cast<unsigned char>(text.at(at + i));
    }
    return value;
}

/// What a client has sent, in pieces.
class Input {
  public:
    explicit Input(int connection) : connection_(connection) {}

    /// Exactly so many bytes; nothing if the client has left.
    std::optional<std::string> take(std::size_t size) {
        while (text_.size() < size) {
            if (!more()) return std::nullopt;
        }
        std::string taken = text_.substr(0, size);
        text_.erase(0, size);
        return taken;
    }

    /// Until the end mark, without it.
    std::optional<std::string> take_until(std::string_view mark) {
        while (text_.find(mark) == text_.npos) {
            if (!more()) return std::nullopt;
        }
        auto taken = take(text_.find(mark) + mark.size());
        taken->resize(taken->size() - mark.size());
        return taken;
    }

  private:
    bool more() {
        const auto bytes = receive(connection_);
        text_ += bytes;
        return !bytes.empty();
    }

    int connection_;
    std::string text_;
};

/// Waits once, and less if the client leaves.
class Delay {
  public:
    explicit Delay(std::chrono::milliseconds time) : left_(time) {}
    void pass(int connection) {
        static_cast<void>(ends_within(connection, std::exchange(left_, {})));
    }

  private:
    std::chrono::milliseconds left_;
};

std::string postgres_message(char type, std::string_view body) {
    return type + number(body.size() + 4, 4) + std::string(body);
}

/// A row of one column.
std::string postgres_answer(std::string_view text) {
    const std::string zero(1, '\0');
    return postgres_message('T', number(1, 2) + "c" + zero + number(0, 6) + number(25, 4) +
                                     number(0xffff, 2) + number(0xffffffff, 4) + number(0, 2)) +
           postgres_message('D', number(1, 2) + sized(text, 4)) +
           postgres_message('C', "SELECT 1" + zero) + postgres_message('Z', "I");
}

std::string amqp_method(unsigned channel, unsigned of_class, unsigned method,
                        std::string_view arguments) {
    return number(1, 1) + number(channel, 2) +
           sized(number(of_class, 2) + number(method, 2) + std::string(arguments), 4) + "\xce";
}

/// Reads a frame, and says what its method is: class and number, and its arguments.
std::optional<std::pair<std::uint64_t, std::string>> amqp_request(Input& input) {
    const auto head = input.take(7);
    if (!head) return std::nullopt;
    const auto body = input.take(number_at(*head, 3, 4) + 1);
    if (!body || body->size() < 5) return std::nullopt;
    return std::pair{number_at(*body, 0, 4), body->substr(4)};
}

}  // namespace

Peer::Talk answers_redis(std::chrono::milliseconds delay) {
    return [=](int connection) {
        Input input(connection);
        Delay first(delay);
        // "*2", "$4", "ECHO", "$5", "first"
        while (true) {
            std::optional<std::string> line;
            for (int i = 0; i < 5; ++i) {
                if (line = input.take_until("\r\n"); !line) return;
            }
            first.pass(connection);
            send_all(connection, "$" + std::to_string(line->size()) + "\r\n" + *line + "\r\n");
        }
    };
}

Peer::Talk answers_postgres(std::chrono::milliseconds delay) {
    return [=](int connection) {
        Input input(connection);
        Delay first(delay);
        const auto size = input.take(4);
        if (!size || !input.take(number_at(*size, 0, 4) - 4)) return;
        send_all(connection, postgres_message('R', number(0, 4)) + postgres_message('Z', "I"));
        while (const auto head = input.take(5)) {
            const auto body = input.take(number_at(*head, 1, 4) - 4);
            if (!body || head->front() != 'Q') return;
            const auto begin = body->find('\'') + 1;
            first.pass(connection);
            send_all(connection, postgres_answer(body->substr(begin, body->rfind('\'') - begin)));
        }
    };
}

Peer::Talk answers_web(std::chrono::milliseconds delay) {
    return [=](int connection) {
        Input input(connection);
        Delay first(delay);
        while (const auto head = input.take_until("\r\n\r\n")) {
            const auto begin = head->find('/') + 1;
            const auto token = head->substr(begin, head->find(' ', begin) - begin);
            first.pass(connection);
            send_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: " +
                                     std::to_string(token.size()) + "\r\n\r\n" + token);
        }
    };
}

Peer::Talk answers_memcached(std::chrono::milliseconds delay) {
    return [=](int connection) {
        Input input(connection);
        Delay first(delay);
        while (auto line = input.take_until("\r\n")) {
            if (!line->starts_with("get ")) return;
            auto token = line->substr(4);
            while (token.ends_with(' ')) token.pop_back();
            first.pass(connection);
            send_all(connection, "VALUE " + token + " 0 " + std::to_string(token.size()) + "\r\n" +
                                     token + "\r\nEND\r\n");
        }
    };
}

/// AMQP 0-9-1, section 4.2: frames; the numbers of methods are those of its reference.
Peer::Talk answers_amqp(std::chrono::milliseconds delay) {
    return [=](int connection) {
        Input input(connection);
        Delay first(delay);
        if (!input.take(8)) return;
        const auto no_table = number(0, 4);
        send_all(connection,
                 amqp_method(0, 10, 10,
                             number(9, 2) + no_table + sized("PLAIN", 4) + sized("en_US", 4)));
        while (const auto request = amqp_request(input)) {
            const auto& [method, arguments] = *request;
            if (method == (10 << 16 | 11)) {  // start-ok: tune
                send_all(connection,
                         amqp_method(0, 10, 30, number(9, 2) + number(131072, 4) + number(0, 2)));
            } else if (method == (10 << 16 | 40)) {  // open
                send_all(connection, amqp_method(0, 10, 41, number(0, 1)));
            } else if (method == (20 << 16 | 10)) {  // channel
                send_all(connection, amqp_method(1, 20, 11, number(0, 4)));
            } else if (method == (50 << 16 | 10)) {  // queue
                const auto name = arguments.substr(3, number_at(arguments, 2, 1));
                first.pass(connection);
                send_all(connection, amqp_method(1, 50, 11, sized(name, 1) + number(0, 8)));
            }
        }
    };
}

Peer::Talk greets_as_mariadb(Peer::Talk talk) {
    return [talk = std::move(talk)](int connection) {
        const std::string zero(1, '\0');
        // Protocol 10, version, thread, seed, capabilities (among them TLS), UTF-8, status.
        const std::string body =
            "\x0a"
            "10.11.0-MariaDB" +
            zero + std::string(4, '\1') + "12345678" + zero + "\xff\xff" + "\x21" + "\x02" + zero +
            "\xff\xc1" + "\x15" + std::string(10, '\0') + "123456789012" + zero +
            "mysql_native_password" + zero;
        const std::string size{static_cast<char>(body.size()), '\0', '\0', '\0'};
        send_all(connection, size + body);
        talk(connection);
    };
}

Peer::Talk drips_unasked(std::string bytes, std::chrono::milliseconds interval) {
    return [bytes = std::move(bytes), interval](int connection) {
        for (const char& byte : bytes) {
            send_all(connection, {&byte, 1});
            if (ends_within(connection, interval)) return;
        }
        say_nothing(connection);
    };
}

CrowdedPeer::CrowdedPeer(const std::string& path)
    : socket_(
          checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")),
      stop_(checked_fd(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    checked(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "bind");
    checked(::listen(socket_.get(), 1024), "listen");
    thread_ = std::thread([this] { serve(); });
}

CrowdedPeer::~CrowdedPeer() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
}

void CrowdedPeer::serve() {
    std::vector<UniqueFd> clients;
    std::vector<pollfd> wanted{{.fd = stop_.get(), .events = POLLIN, .revents = 0},
                               {.fd = socket_.get(), .events = POLLIN, .revents = 0}};
    while (true) {
        ::poll(wanted.data(), wanted.size(), -1);
        if (wanted[0].revents != 0) return;
        // Only an end is of interest, so what they say stays unread.
        for (std::size_t i = wanted.size(); i-- > 2;) {
            if (wanted[i].revents == 0) continue;
            std::swap(wanted[i], wanted.back());
            std::swap(clients[i - 2], clients.back());
            wanted.pop_back();
            clients.pop_back();
        }
        while (true) {
            UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!client) break;
            wanted.push_back({.fd = client.get(), .events = POLLRDHUP, .revents = 0});
            clients.push_back(std::move(client));
            ++count_;
        }
    }
}

}  // namespace curfew::tests
