#include "worker/access_log/access_log.h"

#include "worker/access_log/log_format.h"
#include "worker/os/log_file.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace curfew::worker {

namespace {

/// How often the number of lost lines is logged at most.
constexpr Duration between_reports = std::chrono::seconds(5);

constexpr Duration before_retry = std::chrono::milliseconds(50);

std::string why(int reason) {
    if (reason == EAGAIN) return "nobody has read it in time";
    return std::generic_category().message(reason);
}

}  // namespace

AccessLog::AccessLog(std::string path, std::string_view format)
    : path_(is_no_log(path) ? std::string() : std::move(path)),
      pieces_(format == "json" ? json_log_format() : compile_log_format(format)) {}

void AccessLog::open() {
    if (!enabled()) return;
    const auto stream = standard_stream(path_, STDOUT_FILENO);
    output_ = stream ? LogOutput::standard(*stream) : LogOutput::open(path_.c_str());
}

void AccessLog::retry_on(Loop& loop) {
    timer_.emplace(loop, [this] {
        timer_runs_ = false;
        if (!flush()) retry();
    });
}

void AccessLog::write(const Served& served) {
    if (!is_open()) return;
    line_.clear();
    for (const auto& piece : pieces_) piece(line_, served);
    line_.push_back('\n');
    if (!held_.empty()) flush();
    if (!held_.empty()) return hold_back();
    if (line_.size() > LogShare::longest_line) {
        reason_ = EMSGSIZE;
        return hold_back();
    }
    if (output_.write(line_) < line_.size()) {
        reason_ = errno;
        return hold_back();
    }
    if (!output_.settled()) retry();
}

void AccessLog::hold_back() {
    count_missing(1);
    if (line_.size() <= LogShare::longest_line && held_.size() + line_.size() <= capacity) {
        held_.append(line_);
    } else {
        ++lost_;
        report_lost();
    }
    retry();
}

void AccessLog::retry() {
    if (timer_ && !std::exchange(timer_runs_, true)) timer_->fire_in(before_retry);
}

bool AccessLog::flush() {
    const auto size = output_.write(held_);
    if (size < held_.size()) reason_ = errno;
    const auto end = held_.begin() + static_cast<std::ptrdiff_t>(size);
    count_missing(-static_cast<std::uint64_t>(std::count(held_.begin(), end, '\n')));
    held_.erase(held_.begin(), end);
    if (held_.empty()) held_.shrink_to_fit();
    if (held_.empty() && lost_ > 0) report_lost();
    return held_.empty() && output_.settled() && lost_ == 0;
}

void AccessLog::finish(Deadline limit) {
    if (!is_open()) return;
    while (!flush() && !(held_.empty() && output_.settled()) && !limit.passed()) {
        output_.await_room(limit);
    }
    lost_ += static_cast<std::uint64_t>(std::count(held_.begin(), held_.end(), '\n'));
    held_.clear();
    silent_until_ = Deadline::in(Duration::zero());
    if (lost_ > 0) report_lost();
}

void AccessLog::count_missing(std::uint64_t lines) noexcept {
    if (missing_) missing_->fetch_add(lines, std::memory_order_relaxed);
}

void AccessLog::report_lost() {
    if (!silent_until_.passed()) return;
    silent_until_ = Deadline::in(between_reports);
    spdlog::warn("access log {}: {} lost: {}", path_,
                 lost_ == 1 ? "1 line is" : std::to_string(lost_) + " lines are", why(reason_));
    lost_ = 0;
}

}  // namespace curfew::worker
