#include "worker/clients/adopter.h"

#include "worker/os/readable.h"
#include "worker/shared/handover.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace curfew::worker {

namespace {

/// How many connections are taken at a time. Then the worker's other connections have their turn,
/// and other workers can take some.
constexpr int most_in_a_turn = 16;

/// How long to pause when there are no descriptors or no memory, because the next connection would
/// be lost as well; and when all connections are in use, because other workers may have room.
constexpr Duration back_off_time = std::chrono::milliseconds(100);

}  // namespace

Adopter::Adopter(Context& context, Connections& connections, UniqueFd socket)
    : context_(context),
      connections_(connections),
      socket_(std::move(socket)),
      readable_(context.loop, socket_.get(), [this] { turn_.fire(); }),
      turn_(context.loop, [this] { take_some(); }),
      retry_(context.loop, [this] {
          backing_off_ = false;
          make_room();
      }) {
    if (socket_) readable_.enable();
}

void Adopter::take_some() {
    for (int taken = 0; taken < most_in_a_turn; ++taken) {
        if (context_.executor.saturated()) return pause();
        if (connections_.full()) {
            pause();
            return retry_.fire_in(back_off_time);
        }
        if (!take()) return;
    }
}

void Adopter::make_room() {
    for (int i = 0; socket_ && connections_.full() && i < most_in_a_turn; ++i) {
        if (!is_readable(socket_.get()) || !connections_.make_room() || !take()) break;
    }
    resume();
}

/// Whether two descriptors are free: for the client, and for the arena with what it has sent. If a
/// handler has used up all descriptors, another worker takes the connection.
bool Adopter::has_descriptors() const noexcept {
    const UniqueFd one(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
    return one && UniqueFd(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
}

bool Adopter::take() {
    if (!has_descriptors()) {
        back_off();
        return false;
    }
    try {
        auto adoptee = receive_handover(socket_.get(), context_.board.line().pending_adoption);
        if (!adoptee) return false;
        connections_.adopt(std::move(*adoptee));
    } catch (const std::exception& error) {
        spdlog::error("a connection of a dead worker is lost: {}", error.what());
        context_.board.line().pending_adoption.clear();
        back_off();
        return false;
    }
    context_.board.line().pending_adoption.clear();
    return true;
}

void Adopter::back_off() {
    backing_off_ = true;
    pause();
    retry_.fire_in(back_off_time);
}

void Adopter::pause() noexcept {
    paused_ = true;
    readable_.disable();
}

void Adopter::resume() {
    if (backing_off_ || !std::exchange(paused_, false) || !socket_) return;
    readable_.enable();
}

void Adopter::drain() {
    while (socket_ && !connections_.full() && take()) {
    }
    close();
}

void Adopter::close() {
    readable_.disable();
    turn_.disable();
    retry_.disable();
    socket_.reset();
}

}  // namespace curfew::worker
