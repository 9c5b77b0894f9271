#pragma once

#include "tests/support/peer.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace curfew::tests {

/// Just enough of a server for one kind of client: it answers each question with what was asked
/// for. The first answer comes after `delay`.
[[nodiscard]] Peer::Talk answers_redis(std::chrono::milliseconds delay = {});
[[nodiscard]] Peer::Talk answers_postgres(std::chrono::milliseconds delay = {});
[[nodiscard]] Peer::Talk answers_web(std::chrono::milliseconds delay = {});
[[nodiscard]] Peer::Talk answers_memcached(std::chrono::milliseconds delay = {});
[[nodiscard]] Peer::Talk answers_amqp(std::chrono::milliseconds delay = {});

/// Greets as MariaDB does, which can speak TLS; then `talk` goes on.
[[nodiscard]] Peer::Talk greets_as_mariadb(Peer::Talk talk);

/// Sends byte by byte, without being asked.
[[nodiscard]] Peer::Talk drips_unasked(std::string bytes, std::chrono::milliseconds interval);

/// Listens on a Unix socket and says nothing, to any number of clients.
class CrowdedPeer {
  public:
    explicit CrowdedPeer(const std::string& path);
    ~CrowdedPeer();
    CrowdedPeer(const CrowdedPeer&) = delete;
    CrowdedPeer& operator=(const CrowdedPeer&) = delete;

    [[nodiscard]] int clients() const noexcept { return count_; }

  private:
    void serve();

    UniqueFd socket_;
    UniqueFd stop_;
    std::atomic<int> count_{0};
    std::thread thread_;
};

}  // namespace curfew::tests
