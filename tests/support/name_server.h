#pragma once

#include "handlers/base/unique_fd.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace curfew::tests {

/// A DNS server on a free port of 127.0.0.1. Names are in lower case.
class NameServer {
  public:
    /// What it knows: IPv4 and IPv6 addresses. A name without any never gets an answer; one that is
    /// not there does not exist.
    using Zone = std::map<std::string, std::vector<std::string>>;

    explicit NameServer(Zone zone, std::uint32_t seconds_to_live = 60);
    ~NameServer();
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// How often it was asked.
    [[nodiscard]] int questions() const noexcept { return questions_; }

  private:
    void serve() noexcept;
    [[nodiscard]] std::string answer_to(const std::string& query) const;

    const Zone zone_;
    const std::uint32_t seconds_to_live_;
    UniqueFd socket_;
    std::uint16_t port_ = 0;
    std::atomic<int> questions_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

/// For a scope, this thread asks that one instead of those of /etc/resolv.conf: twice, and waits a
/// second for each answer.
class AsksNameServer {
  public:
    explicit AsksNameServer(std::uint16_t port);
    ~AsksNameServer();
    AsksNameServer(const AsksNameServer&) = delete;
    AsksNameServer& operator=(const AsksNameServer&) = delete;
};

}  // namespace curfew::tests
