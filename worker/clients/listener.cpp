#include "worker/clients/listener.h"

#include "handlers/base/milliseconds.h"
#include "worker/os/peer.h"
#include "worker/os/readable.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace curfew::worker {

namespace {

constexpr Duration back_off_time = std::chrono::milliseconds(100);

/// How long a client waits before a connection is closed to make room for it. Other workers, which
/// may have room, can take it meanwhile.
constexpr Duration others_first = std::chrono::milliseconds(20);

/// For how many clients room is made at a time. Then the requests of these clients have their turn.
constexpr int most_in_a_turn = 64;

}  // namespace

Listener::Listener(Context& context, Connections& connections, UniqueFd socket)
    : context_(context),
      connections_(connections),
      socket_(std::move(socket)),
      // Events of connections are handled before: their requests may leave no room for a client.
      readable_(context.loop, socket_.get(), [this] { turn_.fire(); }),
      turn_(context.loop, [this] { take_one(); }),
      retry_(context.loop,
             [this] {
                 backing_off_ = false;
                 resume();
                 if (draining_ && closed() && drained) drained();
             }),
      room_(context.loop, [this] {
          make_room();
          if (draining_ && closed() && drained) drained();
      }) {
    readable_.enable();
}

/// Takes one client at a time. The others are for any worker that is free.
void Listener::take_one() {
    // A worker without room leaves the client to others. It pauses only when a client is there, so
    // that a busy worker makes no extra system calls.
    if (context_.executor.saturated()) return pause();
    if (connections_.full()) return wait_for_room();
    (void)take();
}

void Listener::wait_for_room() {
    pause();
    room_.fire_in(others_first);
}

void Listener::make_room() {
    want_places(false);
    if (!paused_ || backing_off_ || closed() || context_.executor.saturated()) return;
    for (int i = 0; i < most_in_a_turn && is_readable(socket_.get()); ++i) {
        if (connections_.full() && !connections_.make_room()) {
            want_places(true);
            return room_.fire_in(others_first);
        }
        if (take() != Taken::client) break;
    }
    resume();
}

/// As long as any listener wants places, connections close after their response.
void Listener::want_places(bool wanted) noexcept {
    if (std::exchange(wants_places_, wanted) != wanted) {
        context_.wanting_listeners += wanted ? 1 : -1;
    }
    if (wanted) context_.places_wanted = most_in_a_turn / 4;
    if (context_.wanting_listeners == 0) context_.places_wanted = 0;
}

Listener::Taken Listener::take() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd client{::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (client) {
        connections_.add(std::move(client), Peer(address));
        return Taken::client;
    }
    switch (errno) {
        case EAGAIN:
            return Taken::none_waits;  // another worker was faster
        case EMFILE:
            (void)connections_.make_room();
            [[fallthrough]];
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            back_off(errno);
            return Taken::failed;
        default:
            return Taken::failed;  // the client has gone already
    }
}

void Listener::back_off(int error) {
    spdlog::warn("cannot accept: {}; trying again in {} ms", std::strerror(error),
                 in_milliseconds(back_off_time));
    backing_off_ = true;
    pause();
    retry_.fire_in(back_off_time);
}

void Listener::pause() {
    paused_ = true;
    readable_.disable();
    turn_.disable();
}

void Listener::resume() {
    if (!paused_ || backing_off_ || closed()) return;
    paused_ = false;
    context_.busy.found_queue(Deadline::Clock::now());
    readable_.enable();
    if (draining_) drain();
}

void Listener::drain() {
    draining_ = true;
    while (!backing_off_) {
        if (connections_.full()) return wait_for_room();
        if (take() == Taken::none_waits) return close();
    }
}

void Listener::close() {
    want_places(false);
    retry_.disable();
    room_.disable();
    readable_.disable();
    turn_.disable();
    socket_.reset();
}

}  // namespace curfew::worker
