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

/// One request that has a response, as the log sees it. `request_line` and the fields are the bytes
/// that the client sent.
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

/// Writes one line for each request, in a format of gunicorn's letters (`%(h)s`, `%({referer}i)s`,
/// ...) or as JSON. Bytes of the client are escaped, so that they cannot begin another line.
///
/// A line is written at once, with one call, so that it is in the log even if the worker dies next.
/// If there is no room, because nobody reads the pipe or the disk is full, the worker does not
/// wait: it holds lines back, in their order, and writes them when there is room. If too many are
/// held back, further lines are dropped, and their number is logged.
class AccessLog {
  public:
    /// The most bytes that are held back.
    static constexpr std::size_t capacity = 256 << 10;

    /// Opens nothing yet. Throws std::invalid_argument for an unknown letter.
    AccessLog(std::string path, std::string_view format);

    /// Opens the file, or opens it again after it was moved away. Throws std::system_error.
    void open();

    [[nodiscard]] bool enabled() const noexcept { return !path_.empty(); }
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(output_); }

    void write(const Served& served);

    /// Tries again to write the lines that are held back. False if some are left.
    bool flush();

    /// The same, but waits for room until `limit`. Lines that are left then are lost.
    void finish(Deadline limit);

    /// From now on the loop writes lines that are held back when there is room. The loop must
    /// outlive this object.
    void retry_on(Loop& loop);

    /// Counts in `missing` the lines that are not in the log, so that they are counted even if the
    /// worker dies.
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
