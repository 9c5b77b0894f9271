#include "worker/connections.h"

#include "worker/peer_name.h"

#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace curfew::worker {

Connections::Connections(Context& context)
    : context_(context),
      by_cell_(static_cast<std::size_t>(context.options.worker_connections)),
      free_(by_cell_.size()) {
    std::iota(free_.begin(), free_.end(), 0U);
}

Connections::~Connections() = default;

void Connections::add(UniqueFd socket, std::string peer) {
    make(std::move(socket), std::move(peer));
}

void Connections::adopt(Adoptee adoptee) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getpeername(adoptee.client.get(), reinterpret_cast<sockaddr*>(&address), &size);
    make(std::move(adoptee.client), peer_name(address)).adopt(adoptee.handover, adoptee.bytes);
}

Connection& Connections::make(UniqueFd socket, std::string peer) {
    std::pop_heap(free_.begin(), free_.end(), std::greater<>{});
    const auto cell = free_.back();
    free_.pop_back();
    try {
        by_cell_[cell] =
            std::make_unique<Connection>(context_, *this, cell, std::move(socket), std::move(peer));
    } catch (...) {
        free_.push_back(cell);
        std::push_heap(free_.begin(), free_.end(), std::greater<>{});
        throw;
    }
    return *by_cell_[cell];
}

void Connections::remove(const Connection& connection) noexcept {
    const auto cell = connection.cell();
    by_cell_[cell].reset();
    free_.push_back(static_cast<std::uint32_t>(cell));
    std::push_heap(free_.begin(), free_.end(), std::greater<>{});
    if (removed) removed();
}

void Connections::freeze() {
    for (const auto& connection : by_cell_) {
        if (connection) connection->freeze();
    }
}

void Connections::drain() {
    for (const auto& connection : by_cell_) {
        if (connection) connection->drain();
    }
}

}  // namespace curfew::worker
