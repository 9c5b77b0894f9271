#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/clients/connections.h"
#include "worker/clients/context.h"
#include "worker/os/loop.h"

#include <functional>

namespace curfew::worker {

/// Accepts clients from one listening socket, which all workers share: a worker that is free takes
/// the next client.
class Listener {
  public:
    Listener(Context& context, Connections& connections, UniqueFd socket);

    /// To be called when there may be room again. Goes on if it has paused for want of room.
    void resume();

    /// Accepts all clients in the queue, as soon as there is room, and then closes.
    void drain();

    /// Closes the socket: this process's share of it.
    void close();

    /// Called when drain() is complete, if it was not when it returned.
    std::function<void()> drained;

    [[nodiscard]] bool closed() const noexcept { return !socket_; }

  private:
    enum class Taken { client, none_waits, failed };

    void take_one();
    [[nodiscard]] Taken take();
    void back_off(int error);
    void wait_for_room();
    void make_room();
    void want_places(bool wanted) noexcept;
    void pause();

    Context& context_;
    Connections& connections_;
    UniqueFd socket_;
    bool paused_ = false;
    bool backing_off_ = false;
    bool draining_ = false;
    bool wants_places_ = false;
    ReadEvent readable_;
    Afterwards turn_;
    Timer retry_;
    Timer room_;
};

}  // namespace curfew::worker
