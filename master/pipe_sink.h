#pragma once

#include "handlers/unique_fd.h"

#include <spdlog/sinks/base_sink.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

namespace curfew::master {

/// The end of a log that somebody else has to read: a pipe or a socket, as standard error is under
/// most supervisors. Whoever logs waits for a slow reader a moment, once; after that its lines are
/// lost until it reads again, and then the log says how many. A master that waited for longer could
/// kill nobody.
class PipeSink : public spdlog::sinks::base_sink<std::mutex> {
  public:
    /// Of what `fd` is, which stays open and as it is. Nothing if that is neither a pipe nor a
    /// socket.
    [[nodiscard]] static std::shared_ptr<PipeSink> of(int fd);

    PipeSink(UniqueFd fd, bool is_socket) noexcept : fd_(std::move(fd)), is_socket_(is_socket) {}

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}

  private:
    [[nodiscard]] bool put(const spdlog::details::log_msg& message);
    [[nodiscard]] bool put(std::string_view text) noexcept;

    UniqueFd fd_;
    bool is_socket_;
    pid_t pid_ = 0;       // whose lines are counted
    bool torn_ = false;   // the last line is there in part
    bool stuck_ = false;  // the last line is lost
    std::size_t lost_ = 0;
};

}  // namespace curfew::master
