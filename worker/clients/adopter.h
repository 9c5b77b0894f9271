#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/clients/connections.h"
#include "worker/clients/context.h"
#include "worker/os/loop.h"

namespace curfew::worker {

/// Takes over connections of workers that have died, from one socket that all workers share.
class Adopter {
  public:
    Adopter(Context& context, Connections& connections, UniqueFd socket);

    /// To be called when there may be room again. Goes on if it has paused for want of room.
    void resume();

    /// Takes all connections that wait, and then closes.
    void drain();

    /// Closes. Other workers take the connections that wait.
    void close();

  private:
    void take_some();
    [[nodiscard]] bool has_descriptors() const noexcept;
    [[nodiscard]] bool take();
    void make_room();
    void back_off();
    void pause() noexcept;

    Context& context_;
    Connections& connections_;
    UniqueFd socket_;
    bool paused_ = false;
    bool backing_off_ = false;
    ReadEvent readable_;
    Afterwards turn_;
    Timer retry_;
};

}  // namespace curfew::worker
