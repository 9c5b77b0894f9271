#pragma once

#include "handlers/base/unique_fd.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew::tools {

/// What a client has read of one response.
struct Reply {
    int status = 0;  ///< 0: the connection ended before a whole head came
    std::string head;
    std::string body;    ///< without its chunks' framing
    bool whole = false;  ///< nothing is missing
    std::vector<std::pair<std::string, std::string>> fields;

    /// The field of that name, in whatever case; empty if there is none.
    [[nodiscard]] std::string field(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const;
};

/// A connection over which a test or a measurement says exactly what it means to. Every wait has a
/// limit, and throws std::runtime_error beyond it.
class Client {
  public:
    /// To whatever has a url().
    template <typename Server>
    requires requires(const Server& server) { std::string(server.url()); }
    explicit Client(const Server& server) : Client(std::string(server.url())) {}
    /// "http://127.0.0.1:8000", "http://[::1]:8000" or "unix:/path". `receive_buffer`: of the
    /// kernel's, in bytes; 0: its default. Throws std::system_error if it cannot connect.
    explicit Client(const std::string& url, int receive_buffer = 0);

    /// Sends all of it; stops early, and returns false, if the connection has ended.
    bool send(std::string_view bytes);
    /// As TCP's urgent data.
    void send_urgent(std::string_view bytes);
    /// No more will be sent; answers can still come.
    void finish_sending();
    /// Ends the connection with a reset.
    void reset();

    /// A whole response, also an interim one such as 100. `to_head`: it has no body whatever it
    /// says.
    [[nodiscard]] Reply read_reply(bool to_head = false);
    /// All bytes until the connection ends.
    [[nodiscard]] std::string read_until_close();
    /// True once the server has ended the connection without another byte.
    [[nodiscard]] bool closed() { return read_until_close().empty(); }
    /// Whether something has come, or comes within the time.
    [[nodiscard]] bool hears_within(std::chrono::milliseconds time);
    /// At most so many bytes of what comes next.
    [[nodiscard]] std::string read_some(std::size_t most);

    /// One GET, with the Host field, and its response.
    [[nodiscard]] Reply get(std::string_view target, std::string_view fields = {});

    /// The connection has ended by a reset rather than in order.
    [[nodiscard]] bool was_reset() const noexcept { return was_reset_; }

  private:
    [[nodiscard]] bool fill();
    [[nodiscard]] std::string take(std::size_t count);
    [[nodiscard]] std::string take_line();
    void read_chunks(Reply& reply);

    UniqueFd socket_;
    std::string input_;
    bool was_reset_ = false;
};

/// "GET /hello HTTP/1.1\r\nHost: test\r\n<fields>\r\n"
[[nodiscard]] std::string get_request(std::string_view target, std::string_view fields = {});
/// A request with a body of that Content-Length.
[[nodiscard]] std::string post_request(std::string_view target, std::string_view body,
                                       std::string_view fields = {});

}  // namespace curfew::tools
