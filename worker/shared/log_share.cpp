#include "worker/shared/log_share.h"

#include "worker/os/hash.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <system_error>

namespace curfew::worker {

namespace {

/// Two logs that are open at the same time rarely share a slot. If they do, they only wait for each
/// other.
constexpr std::size_t slots = 64;

/// Slots that are never used cost no memory. Zero is the state after the constructor.
LogShare* map_slots() {
    void* const memory = ::mmap(nullptr, slots * sizeof(LogShare), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), "mmap for the logs");
    }
    return static_cast<LogShare*>(memory);
}

void pause_briefly() noexcept {
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}

}  // namespace

std::uint64_t LogShare::identity(const struct stat& status) noexcept {
    const std::array<std::uint64_t, 2> words{status.st_dev, status.st_ino};
    const auto bytes = std::bit_cast<std::array<char, sizeof words>>(words);
    return hash({bytes.data(), bytes.size()});
}

LogShare& LogShare::of(const struct stat& status) {
    static LogShare* const all = map_slots();
    return all[identity(status) % slots];
}

std::int64_t LogShare::take_turn() noexcept {
    const std::int64_t now = Deadline::Clock::now().time_since_epoch().count();
    for (int tries = 0; tries < 400; ++tries) {
        auto turn = turn_.load(std::memory_order_relaxed);
        const bool is_free = turn == 0 || now > turn + lease.count();
        if (is_free && turn_.compare_exchange_strong(turn, now, std::memory_order_acquire)) {
            return now;
        }
        pause_briefly();
    }
    return 0;
}

void LogShare::end_turn(std::int64_t turn) noexcept {
    // Another process has the turn if this one has lasted too long.
    turn_.compare_exchange_strong(turn, 0, std::memory_order_release, std::memory_order_relaxed);
}

std::string_view LogShare::rest(std::uint64_t file) const noexcept {
    const auto end = std::min(end_, sizeof text_);
    const auto begin = std::min(begin_, end);
    return file_ == file ? std::string_view(text_ + begin, end - begin) : std::string_view();
}

void LogShare::keep_rest(std::uint64_t file, std::string_view rest) noexcept {
    file_ = file;
    begin_ = 0;
    end_ = rest.copy(text_, sizeof text_);
}

}  // namespace curfew::worker
