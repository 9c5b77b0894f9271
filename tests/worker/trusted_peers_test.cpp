#include "worker/http/trusted_peers.h"

#include <doctest/doctest.h>

#include <stdexcept>

using curfew::worker::TrustedPeers;

TEST_CASE("a peer is trusted by its address, whatever its port and the address's spelling") {
    const TrustedPeers trusted({"127.0.0.1", "0:0:0:0:0:0:0:1"});

    CHECK(trusted.trusts("127.0.0.1:40112"));
    CHECK(trusted.trusts("[::1]:40112"));
    CHECK(trusted.trusts("[::ffff:127.0.0.1]:40112"));
    CHECK_FALSE(trusted.trusts("127.0.0.11:40112"));
    CHECK_FALSE(trusted.trusts("[::2]:40112"));
}

TEST_CASE("who comes by a Unix socket is trusted, with a star everyone, else nobody") {
    CHECK(TrustedPeers({""}).trusts("unix"));
    CHECK_FALSE(TrustedPeers({""}).trusts("127.0.0.1:1"));
    CHECK(TrustedPeers({"*"}).trusts("203.0.113.9:1"));
}

TEST_CASE("what is not an address is refused") {
    CHECK_THROWS_AS(TrustedPeers({"localhost"}), std::invalid_argument);
    CHECK_THROWS_AS(TrustedPeers({"10.0.0.0/8"}), std::invalid_argument);
}
