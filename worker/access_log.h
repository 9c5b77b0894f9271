#pragma once

#include "handlers/request.h"
#include "handlers/response.h"
#include "handlers/unique_fd.h"

#include <cstdint>
#include <functional>
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
/// as JSON. Each line is one write() to a file opened for appending, so that the lines of several
/// workers stay whole. What the client chose is escaped: a line is always one line.
class AccessLog {
  public:
    /// Nothing is opened yet. Throws std::invalid_argument for an unknown letter.
    AccessLog(std::string path, std::string_view format);

    /// Opens the file, or opens it anew after it was moved away. Throws std::system_error.
    void open();

    [[nodiscard]] bool enabled() const noexcept { return !path_.empty(); }
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(file_); }

    void write(const Served& served);

  private:
    std::string path_;
    std::vector<LogPiece> pieces_;
    UniqueFd file_;
    std::string line_;
};

}  // namespace curfew::worker
