#pragma once

#include "tests/impairment/peer.h"
#include "tests/support/impaired.h"

#include <chrono>
#include <string>

namespace curfew::tests {

/// A server with a bad network before it, and one connection through it.
struct Path {
    explicit Path(const std::string& conditions = "") : proxy(listener.port(), conditions) {}

    Listener listener;
    Impaired proxy;
    Peer client = Peer::connect(proxy.port());
    Peer server = listener.accept();
};

/// How long it takes.
template <typename Action>
[[nodiscard]] std::chrono::milliseconds time_of(Action action) {
    const auto start = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start);
}

}  // namespace curfew::tests
