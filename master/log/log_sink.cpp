#include "master/log/log_sink.h"

#include "handlers/base/deadline.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace curfew::master {

namespace {

/// How long a line may wait to be written. After a lost line the next ones do not wait.
constexpr std::chrono::milliseconds write_timeout(100);

/// As spdlog has its levels on a terminal.
std::string_view color_of(spdlog::level::level_enum level) noexcept {
    switch (level) {
        case spdlog::level::debug:
            return "\033[36m";
        case spdlog::level::info:
            return "\033[32m";
        case spdlog::level::warn:
            return "\033[33m\033[1m";
        case spdlog::level::err:
            return "\033[31m\033[1m";
        case spdlog::level::critical:
            return "\033[1m\033[41m";
        default:
            return "\033[37m";
    }
}

constexpr std::string_view no_color = "\033[m";

std::string why(int reason, bool one) {
    if (reason == EAGAIN)
        return one ? "nobody has read it in time" : "nobody has read them in time";
    return std::generic_category().message(reason);
}

}  // namespace

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
    if (std::exchange(pid_, ::getpid()) != ::getpid())
        lost_ = 0;  // after a fork: the parent reports its own
    if (lost_ > 0) {
        const bool one = lost_ == 1;
        const auto words =
            fmt::format("{} lost: {}", one ? "1 line is" : std::to_string(lost_) + " lines are",
                        why(reason_, one));
        const spdlog::details::log_msg note(message.logger_name, spdlog::level::warn, words);
        if (put(note)) lost_ = 0;
    }
    stuck_ = lost_ > 0 || !put(message);
    if (stuck_) ++lost_;
}

bool LogSink::put(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (output_.is_terminal()) paint(message, line);
    std::string_view text(line.data(), line.size());
    if (text.size() > worker::LogShare::longest_line) {
        reason_ = EMSGSIZE;
        return false;
    }
    const auto give_up = Deadline::in(stuck_ ? Duration::zero() : write_timeout);
    while (true) {
        text.remove_prefix(output_.write(text));
        if (text.empty() && output_.settled()) return true;
        if (!text.empty()) reason_ = errno;
        // Waiting helps only if the reader is slow, not if, for example, the disk is full.
        const bool hopeless = !text.empty() && reason_ != EAGAIN;
        if (hopeless || give_up.passed()) return text.empty();
        output_.await_room(give_up);
    }
}

/// Gives the level its color.
void LogSink::paint(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) const {
    const auto begin = std::min(message.color_range_start, line.size());
    const auto end = std::clamp(message.color_range_end, begin, line.size());
    const std::string_view plain(line.data(), line.size());
    const auto color = color_of(message.level);
    spdlog::memory_buf_t painted;
    for (const auto part : {plain.substr(0, begin), color, plain.substr(begin, end - begin),
                            no_color, plain.substr(end)}) {
        painted.append(part.data(), part.data() + part.size());
    }
    line = std::move(painted);
}

}  // namespace curfew::master
