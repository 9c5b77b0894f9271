#pragma once

#include "tools/laboratory/servers/scoped_program.h"

#include <map>
#include <string>
#include <vector>

/// The programs that the lab starts and ends, each in a directory of its own.
namespace curfew::laboratory {

using Environment = std::map<std::string, std::string>;

/// The demo, served by curfew on a free port of 127.0.0.1. Ends at once, with all that it has
/// started.
class Curfew {
  public:
    /// `config`: the text of its configuration file. Returns once all its workers are ready. Throws
    /// std::runtime_error with its words if it does not come to that.
    Curfew(int workers, const std::vector<std::string>& flags, const std::string& config,
           const Environment& environment);

    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    /// The workers that are ready.
    [[nodiscard]] std::vector<pid_t> ready_workers() const;

  private:
    ScopedProgram program_;
    std::string url_;
};

/// tools/impair before a server.
class Impair {
  public:
    /// `to`: the address of the server, 127.0.0.1:3306. Throws std::runtime_error.
    explicit Impair(const std::string& to);

    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    /// From now on the network has these conditions, and no others. Throws std::runtime_error.
    void become(const std::string& conditions);

  private:
    [[nodiscard]] std::string control() const { return program_.directory() / "control"; }

    ScopedProgram program_;
    std::string address_;
};

}  // namespace curfew::laboratory
