#pragma once

#include "tests/support/client.h"
#include "tests/support/process.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::tests {

/// What is special about a Server. By default: the demo, two workers, a free port of 127.0.0.1.
struct Setup {
    std::vector<std::string> flags = {};
    std::string config = {};  ///< the text of curfew.toml; empty: there is none
    std::string app = "demo";
    int workers = 2;
    std::vector<std::string> bind = {"127.0.0.1:0"};
    std::string binary = {};                 ///< the build's, or a copy that `before_exec` has made
    std::vector<std::string> wrapper = {};   ///< a command that runs the server as its child
    std::function<void()> before_exec = {};  ///< in the child, in the server's directory
};

/// A module of tests/server/apps/, for Setup::app.
[[nodiscard]] std::string test_app(const std::string& name);
/// Where the build leaves the demo.
[[nodiscard]] std::string demo_library();
/// And the server.
[[nodiscard]] std::string server_binary();

/// The real server in a new directory. Its destructor stops it and checks that it leaves nothing
/// behind; the directory stays if the test has failed.
class Server {
  public:
    /// Returns when the server listens, or has ended.
    explicit Server(Setup setup = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Where it listens: "http://127.0.0.1:40001", "unix:curfew.sock", in the order of `bind`.
    [[nodiscard]] std::vector<std::string> urls() const;
    /// The first of them, on which get() and Client(server) connect. Throws, with the log, if the
    /// server has ended before it listened.
    [[nodiscard]] std::string url() const;

    /// One request on a connection of its own. `fields`: whole lines, each with its CRLF.
    [[nodiscard]] Reply get(std::string_view target, std::string_view fields = {}) const;

    void signal(int signal) const;
    [[nodiscard]] pid_t master() const;

    /// The pids of the workers, once there are so many, all ready, and no others. Throws if it
    /// does not come to that.
    [[nodiscard]] std::vector<pid_t> workers(std::size_t count) const;
    /// The only worker's.
    [[nodiscard]] pid_t worker() const { return workers(1)[0]; }

    [[nodiscard]] bool ended() const { return process_->ended(); }
    [[nodiscard]] int exit_status() const { return process_->exit_status(); }

    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }
    [[nodiscard]] std::string read(const std::string& file) const;
    /// The error log, as long as no flag says otherwise; also what comes before it opens.
    [[nodiscard]] std::string log() const { return read("error"); }
    /// Waits until the log says so.
    [[nodiscard]] bool logs(std::string_view text) const;
    /// The first line of the log with that text, once there is one; empty if none comes.
    [[nodiscard]] std::string log_line(std::string_view text) const;

  private:
    void start(const Setup& setup);
    [[nodiscard]] bool found_no_port() const;

    std::filesystem::path directory_;
    bool wrapped_;
    std::unique_ptr<Process> process_;
};

/// How often `part` is in `text`.
[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);
[[nodiscard]] bool contains(std::string_view text, std::string_view part);

}  // namespace curfew::tests
