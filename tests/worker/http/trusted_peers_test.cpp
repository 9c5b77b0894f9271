#include "worker/http/trusted_peers.h"

#include "tests/worker/os/peer_at.h"

#include <doctest/doctest.h>

#include <stdexcept>

using curfew::worker::Peer;
using curfew::worker::peer_at;
using curfew::worker::TrustedPeers;

namespace {

Peer of_family(sa_family_t family) {
    sockaddr_storage address{};
    address.ss_family = family;
    return Peer(address);
}

}  // namespace

TEST_CASE("a peer is called by its address and port") {
    CHECK(peer_at("127.0.0.1").name() == "127.0.0.1:40112");
    CHECK(peer_at("::1").name() == "[::1]:40112");
    CHECK(of_family(AF_UNIX).name() == "unix");
}

TEST_CASE("a peer is trusted by its address, whatever its port and the address's spelling") {
    const TrustedPeers trusted({"127.0.0.1", "0:0:0:0:0:0:0:1"});

    CHECK(trusted.trusts(peer_at("127.0.0.1")));
    CHECK(trusted.trusts(peer_at("::1")));
    CHECK(trusted.trusts(peer_at("::ffff:127.0.0.1")));
    CHECK_FALSE(trusted.trusts(peer_at("127.0.0.11")));
    CHECK_FALSE(trusted.trusts(peer_at("::2")));
}

TEST_CASE("who comes by a Unix socket is trusted, with a star everyone, else nobody") {
    CHECK(TrustedPeers({""}).trusts(of_family(AF_UNIX)));
    CHECK_FALSE(TrustedPeers({""}).trusts(peer_at("127.0.0.1")));
    CHECK(TrustedPeers({"*"}).trusts(peer_at("203.0.113.9")));
}

TEST_CASE("a client that has gone before its address was known is not trusted") {
    CHECK_FALSE(of_family(AF_UNSPEC).over_unix_socket());
    CHECK_FALSE(TrustedPeers({"127.0.0.1"}).trusts(of_family(AF_UNSPEC)));
}

TEST_CASE("what is not an address is refused") {
    CHECK_THROWS_AS(TrustedPeers({"localhost"}), std::invalid_argument);
    CHECK_THROWS_AS(TrustedPeers({"10.0.0.0/8"}), std::invalid_argument);
}
