#pragma once

#include "handlers/backends/options.h"
#include "handlers/backends/upstream.h"

#include <sys/socket.h>

#include <string>
#include <vector>

namespace curfew::master {

/// "127.0.0.1:3306", "[::1]:80", "unix:/path"; empty for any other address.
[[nodiscard]] std::string to_string(const sockaddr_storage& address);

/// The configured backends, db and cache, to find their names by the addresses of peers.
class Upstreams {
  public:
    explicit Upstreams(const BackendOptions& options);

    /// "db 127.0.0.1:3306" for the address of a peer. If the configuration has a host name, the
    /// port decides: "db db.internal:3306 (10.0.0.5:3306)". The address alone if the peer is no
    /// backend.
    [[nodiscard]] std::string name(const sockaddr_storage& peer) const;

  private:
    struct Known {
        std::string backend;
        std::string address;
        Upstream upstream;
    };

    void add(const char* backend, const std::string& address);

    std::vector<Known> known_;
};

}  // namespace curfew::master
