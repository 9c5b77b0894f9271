#pragma once

#include <curfew/base/unique_fd.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo::lab {

/// Where the requests of an experiment tell whoever watches it how they are doing: a socket with a
/// name that all workers of this server know, and only one process at a time can have. That is also
/// what keeps experiments apart. It goes with its process and leaves no file.
class Inbox {
  public:
    /// Nothing if another has it.
    [[nodiscard]] static std::optional<Inbox> open();

    [[nodiscard]] int fd() const noexcept { return socket_.get(); }

    /// The lines that have come. Never waits.
    [[nodiscard]] std::vector<std::string> take() const;

  private:
    explicit Inbox(curfew::UniqueFd socket) noexcept : socket_(std::move(socket)) {}

    curfew::UniqueFd socket_;
};

/// Sends a line to the inbox of this server, if there is one. Never waits.
void tell_watcher(std::string_view line) noexcept;

}  // namespace demo::lab
