#include "tools/impairment/proxy.h"

#include <cerrno>

namespace curfew::impairment {

Proxy::Proxy(worker::Loop& loop, const Address& listen, const Address& to, const Network& network)
    : loop_(loop), to_(to), network_(network), port_(listen), retry_(loop, [this] {
          this->listen();
      }) {
    this->listen();
}

void Proxy::change(const Network& network) {
    network_ = network;
    listen();
    for (auto each = connections_.begin(); each != connections_.end();) {
        (each++)->second.heed();  // may remove it
    }
}

/// Brings the port to what the conditions say. In a black hole the kernel alone answers clients:
/// the server hears of them when it is lifted.
void Proxy::listen() {
    if (network_.refuse) {
        client_waits_.reset();
        port_.close();
        return;
    }
    if (!client_waits_) {
        port_.open();
        client_waits_.emplace(loop_, port_.socket(), [this] { on_client(); });
    }
    if (network_.up.black_hole) {
        client_waits_->disable();
    } else {
        client_waits_->enable();
    }
}

void Proxy::on_client() {
    auto client = port_.accept();
    if (!client) {
        if (errno == EAGAIN || errno == ECONNABORTED) return;
        client_waits_->disable();  // no descriptors: some may come free
        retry_.fire_in(std::chrono::milliseconds(100));
        return;
    }
    auto server = connect_to(to_);
    if (!server) return reset(std::move(client));
    const auto id = ++last_id_;
    connections_.try_emplace(id, loop_, std::move(client), std::move(server), network_,
                             [this, id] { remove(id); });
}

void Proxy::remove(std::uint64_t id) { connections_.erase(id); }

}  // namespace curfew::impairment
