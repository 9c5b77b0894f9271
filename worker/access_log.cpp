#include "worker/access_log.h"

#include "worker/log_file.h"
#include "worker/log_format.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace curfew::worker {

AccessLog::AccessLog(std::string path, std::string_view format)
    : path_(std::move(path)),
      pieces_(format == "json" ? json_log_format() : compile_log_format(format)) {}

void AccessLog::open() {
    if (!enabled()) return;
    file_ = path_ == "-"
                ? checked_fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "access log: fcntl")
                : open_log_file(path_);
}

void AccessLog::write(const Served& served) {
    line_.clear();
    for (const auto& piece : pieces_) piece(line_, served);
    line_.push_back('\n');
    // A log that cannot be written to must not stop the service.
    (void)!::write(file_.get(), line_.data(), line_.size());
}

}  // namespace curfew::worker
