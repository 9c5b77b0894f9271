#include "tools/laboratory/showing/progress_bar.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace curfew::laboratory {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t width = 30;

}  // namespace

std::string progress_line(const Progress& progress, std::chrono::seconds spent) {
    const auto share = progress.all == 0
                           ? 1.0
                           : static_cast<double>(progress.done) / static_cast<double>(progress.all);
    const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
    const auto bar = std::string(full, '=') + (full < width ? ">" : "");
    std::string left = "?:??";
    if (progress.done > 0) {
        const auto to_do = static_cast<double>(progress.all - progress.done);
        const auto seconds = static_cast<long>(std::ceil(
            static_cast<double>(spent.count()) * to_do / static_cast<double>(progress.done)));
        left = fmt::format("{}:{:02}", seconds / 60, seconds % 60);
    }
    return fmt::format("[{:<{}}] {:3} %, {} left, {}", bar, width, static_cast<int>(share * 100),
                       left, progress.now);
}

ProgressBar::~ProgressBar() {
    if (terminal_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::show(const Progress& progress) {
    const auto now = Clock::now();
    if (now - shown_ < (terminal_ ? 100ms : 10s)) return;
    shown_ = now;
    const auto line =
        progress_line(progress, std::chrono::duration_cast<std::chrono::seconds>(now - start_));
    std::fputs(terminal_ ? ("\r" + line + "\033[K").c_str() : (line + "\n").c_str(), stderr);
}

}  // namespace curfew::laboratory
