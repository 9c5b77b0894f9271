#include "worker/clients/connections.h"

#include "handlers/context/own_descriptors.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace curfew::worker {

Connections::Connections(Context& context)
    : context_(context),
      bound_(context.options.client_connections, context.trusted),
      by_cell_(static_cast<std::size_t>(context.options.worker_connections)),
      free_(by_cell_.size()) {
    std::iota(free_.begin(), free_.end(), 0U);
}

Connections::~Connections() = default;

void Connections::add(UniqueFd socket, Peer peer) {
    if (bound_.admits(peer)) make(std::move(socket), std::move(peer));
}

void Connections::adopt(Adoptee adoptee) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getpeername(adoptee.client.get(), reinterpret_cast<sockaddr*>(&address), &size);
    make(std::move(adoptee.client), Peer(address)).adopt(adoptee.handover, adoptee.bytes);
}

Connection& Connections::make(UniqueFd socket, Peer peer) {
    std::pop_heap(free_.begin(), free_.end(), std::greater<>{});
    protect_descriptor(socket.get());
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
    bound_.entered(by_cell_[cell]->peer());
    waiting_.set(*by_cell_[cell], WaitingConnections::Kind::unfinished);
    return *by_cell_[cell];
}

void Connections::remove(const Connection& connection) noexcept {
    const auto cell = connection.cell();
    bound_.left(connection.peer());
    by_cell_[cell].reset();
    free_.push_back(static_cast<std::uint32_t>(cell));
    std::push_heap(free_.begin(), free_.end(), std::greater<>{});
    if (removed) removed();
}

bool Connections::make_room() {
    if (context_.frozen) return false;  // then they are the keeper's
    if (!end_one(waiting_.idle()) && !end_one(waiting_.unfinished())) return false;
    ++made_room_;
    if (logged_.due(Deadline::Clock::now())) {
        spdlog::warn(
            "all {} connections (worker_connections) of worker {} are in use, or as many as it may "
            "open files: what is idle for longest, or has not sent its request yet, makes room for "
            "new clients ({} connections so far)",
            by_cell_.size(), ::getpid(), made_room_);
    }
    return true;
}

/// A connection that has something to read is not closed: its turn comes soon. If many have, the
/// caller tries again later.
bool Connections::end_one(WaitingConnections::List& list) {
    constexpr int most_looks = 16;
    int looks = 0;
    for (auto& member : list) {
        if (++looks > most_looks) return false;
        if (static_cast<Connection&>(member).give_way()) return true;
    }
    return false;
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
