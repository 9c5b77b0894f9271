#pragma once

#include "handlers/base/deadline.h"
#include "handlers/http/request.h"
#include "handlers/http/response.h"
#include "worker/access_log/log_output.h"
#include "worker/os/loop.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::worker {

/// One answered request, as the log sees it. `request_line` and the fields are the client's bytes.
struct Served {
    const RequestParts& request;
    std::string_view request_line;
    int status = 0;
    const Headers* response_headers = nullptr;
    std::string_view content_type;  ///< of the response, if it is not among them
    std::uint64_t body_bytes = 0;
    Duration duration = Duration::zero();
};

/// Appends one part of a line.
using LogPiece = std::function<void(std::string& out, const Served& served)>;

/// One line for each request, in a format of gunicorn's letters (`%(h)s`, `%({referer}i)s`, ...) or
/// as JSON. What the client chose is escaped: a line is always one line.
///
/// A line is written at once, with one call, so that it is in the log even if the worker dies next.
/// If there is no room, as in a pipe that nobody reads or on a disk that is full, nobody waits: the
/// line is held back, in its place, until there is. Of lines for which even that has no room it is
/// said how many are lost.
class AccessLog {
  public:
    /// Bytes that are held back at most.
    static constexpr std::size_t capacity = 256 << 10;

    /// Nothing is opened yet. Throws std::invalid_argument for an unknown letter.
    AccessLog(std::string path, std::string_view format);

    /// Opens the file, or opens it anew after it was moved away. Throws std::system_error.
    void open();

    [[nodiscard]] bool enabled() const noexcept { return !path_.empty(); }
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(output_); }

    void write(const Served& served);

    /// Tries again to write what is held back. False if there is still some.
    bool flush();

    /// The same, but waits for room until `limit`. What is still there then is lost.
    void finish(Deadline limit);

    /// From now on what is held back is tried again by itself. The loop must outlive this object.
    void retry_on(Loop& loop);

    /// Counts there the lines that ought to be in the log and are not, so that they remain counted
    /// if the worker dies.
    void count_missing_in(std::atomic<std::uint64_t>& missing) noexcept { missing_ = &missing; }

  private:
    void hold_back();
    void retry();
    void count_missing(std::uint64_t lines) noexcept;
    void report_lost();

    std::string path_;
    std::vector<LogPiece> pieces_;
    LogOutput output_;
    std::string line_;
    std::string held_;  ///< whole lines
    std::uint64_t lost_ = 0;
    int reason_ = 0;  ///< an errno: why there was no room
    Deadline silent_until_ = Deadline::in(Duration::zero());
    std::atomic<std::uint64_t>* missing_ = nullptr;
    std::optional<Timer> timer_;
    bool timer_runs_ = false;
};

}  // namespace curfew::worker
