#pragma once

#include "worker/access_log/log_output.h"

#include <spdlog/sinks/base_sink.h>
#include <sys/types.h>

#include <cstddef>
#include <mutex>

namespace curfew::master {

/// Writes the error log. If the reader of the log is slow, the process that logs waits for a
/// moment, once. After that it drops lines until there is room again, and then logs how many it has
/// dropped. The wait is short because a master that waits cannot enforce limits. A line is written
/// as a whole or not at all.
class LogSink : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit LogSink(worker::LogOutput output) noexcept : output_(std::move(output)) {}

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}

  private:
    [[nodiscard]] bool put(const spdlog::details::log_msg& message);
    void paint(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) const;

    worker::LogOutput output_;
    pid_t pid_ = 0;       // whose lines are counted
    bool stuck_ = false;  // the last line is lost
    int reason_ = 0;      // an errno: why
    std::size_t lost_ = 0;
};

}  // namespace curfew::master
