#pragma once

#include "tests/support/process.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace curfew::tests {

/// A bad network before a server on 127.0.0.1: tools/impair as a process. Clients connect to port()
/// instead of the server's. The words are those of its command line (tools/impairment/main.cpp).
///
///     Impaired proxy(port);
///     proxy.set("down stall 0");
class Impaired {
  public:
    /// Returns when it listens. Throws std::runtime_error with its words if it does not.
    explicit Impaired(std::uint16_t server_port, const std::string& conditions = "");
    /// Stops it and checks that it ends well.
    ~Impaired();
    Impaired(const Impaired&) = delete;
    Impaired& operator=(const Impaired&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// More conditions, also for open connections. Throws std::runtime_error for wrong words.
    void set(const std::string& conditions) { (void)command("set " + conditions); }
    /// Lifts those conditions, or all.
    void clear(const std::string& conditions = "") { (void)command("clear " + conditions); }
    /// The connections that it still holds.
    [[nodiscard]] std::size_t connections() { return std::stoul(command("connections")); }

    /// A line over the control socket, and the answer to it as it is.
    [[nodiscard]] std::string ask(const std::string& line) const;
    [[nodiscard]] const std::string& control_socket() const noexcept { return control_; }

  private:
    [[nodiscard]] std::string command(const std::string& line) const;

    std::filesystem::path directory_;
    std::unique_ptr<Process> process_;
    std::uint16_t port_ = 0;
    std::string control_;
};

}  // namespace curfew::tests
