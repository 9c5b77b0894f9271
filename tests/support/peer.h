#pragma once

#include "handlers/base/unique_fd.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace curfew::tests {

/// A server on a free port of 127.0.0.1 that does with each connection what a test tells it to, in
/// a thread for each. Its destructor ends the connections, and so the threads.
class Peer {
  public:
    using Talk = std::function<void(int connection)>;

    explicit Peer(Talk talk);
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    [[nodiscard]] std::string address() const;
    /// How many there have been.
    [[nodiscard]] int connections() const noexcept { return count_; }

  private:
    void serve();

    Talk talk_;
    UniqueFd socket_;
    std::atomic<int> count_ = 0;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

/// Reads, and never answers.
void say_nothing(int connection);
/// Reads something, then answers byte by byte.
Peer::Talk drip(std::string bytes, std::chrono::milliseconds interval);

/// What the socket has, waiting for at least one byte; empty at its end.
[[nodiscard]] std::string receive(int connection);
/// Does not care whether anybody listens.
void send_all(int connection, std::string_view bytes);
/// True if the peer has ended the connection by then.
[[nodiscard]] bool ends_within(int connection, std::chrono::milliseconds time);

/// A port that refuses connections.
class ClosedPort {
  public:
    ClosedPort();
    [[nodiscard]] std::string address() const;

  private:
    UniqueFd socket_;
};

/// A port that neither takes nor refuses connections: its queue is full.
class FullPort {
  public:
    FullPort();
    [[nodiscard]] std::string address() const;

  private:
    UniqueFd socket_;
    std::vector<UniqueFd> queued_;
};

}  // namespace curfew::tests
