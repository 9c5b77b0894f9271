#pragma once

#include "handlers/base/unique_fd.h"
#include "tools/impairment/session.h"
#include "worker/os/loop.h"

#include <functional>
#include <map>
#include <string>

namespace curfew::impairment {

/// A Unix socket on which lines are received, each of which gets one line as its answer. Its file
/// is for this user only and goes with the object.
class Control {
  public:
    /// A socket file that nobody listens on any more is replaced. Throws std::system_error.
    Control(worker::Loop& loop, const std::string& path, Controlled& controlled);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

  private:
    struct Client {
        Client(worker::Loop& loop, Controlled& controlled, UniqueFd accepted,
               std::function<void()> on_readable);

        Session session;
        UniqueFd socket;
        std::string input;
        worker::ReadEvent readable;
    };

    void on_client();
    void on_readable(int socket);
    static bool answer_lines(Client& client);

    worker::Loop& loop_;
    std::string path_;
    Controlled& controlled_;
    UniqueFd socket_;
    worker::ReadEvent client_waits_;
    std::map<int, Client> clients_;
};

/// Sends one line to such a socket and returns the answer; empty if it does not come. Throws
/// std::system_error if there is no such socket.
[[nodiscard]] std::string ask(const std::string& path, const std::string& line);

}  // namespace curfew::impairment
