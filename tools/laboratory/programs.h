#pragma once

#include "tests/support/process.h"
#include "tools/laboratory/guarded.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// The programs that the lab starts and ends. Each dies with the thread that has started it.
namespace curfew::laboratory {

/// A directory of the lab's own below the temporary one. It goes with its contents and with this
/// object, or with this process, however that ends.
class Workplace {
  public:
    Workplace();

    /// A new directory in it.
    [[nodiscard]] std::filesystem::path room(const std::string& name) const;

  private:
    Guarded keeper_;
};

using Environment = std::map<std::string, std::string>;

/// The demo, served by curfew on a free port of 127.0.0.1.
class Curfew {
  public:
    /// `config`: the text of its configuration file. Returns once all its workers are ready. Throws
    /// std::runtime_error with its words if it does not come to that.
    Curfew(std::filesystem::path directory, int workers, const std::vector<std::string>& flags,
           const std::string& config, const Environment& environment);
    /// Stops it at once, with all that it has started.
    ~Curfew();
    Curfew(const Curfew&) = delete;
    Curfew& operator=(const Curfew&) = delete;

    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    /// Those that are ready.
    [[nodiscard]] std::vector<pid_t> ready_workers() const;

  private:
    [[nodiscard]] std::string log() const;

    std::filesystem::path directory_;
    std::unique_ptr<tests::Process> process_;
    std::string url_;
};

/// tools/impair before a server.
class Impair {
  public:
    /// `to`: the address of the server, 127.0.0.1:3306. Throws std::runtime_error.
    Impair(std::filesystem::path directory, const std::string& to);
    ~Impair();
    Impair(const Impair&) = delete;
    Impair& operator=(const Impair&) = delete;

    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    /// From now on the network has these conditions, and no others. Throws std::runtime_error.
    void become(const std::string& conditions);

  private:
    std::filesystem::path directory_;
    std::unique_ptr<tests::Process> process_;
    std::string address_;
    std::string control_;
};

}  // namespace curfew::laboratory
