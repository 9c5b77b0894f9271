#pragma once

#include "handlers/base/unique_fd.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace curfew::worker {

/// The application as it was when its name was resolved: a copy in memory, which all workers of one
/// configuration load, however late, and nobody can change. What becomes of the file meanwhile,
/// written over, replaced or removed, concerns the next configuration.
class ApplicationFile {
  public:
    /// Copies `app`: a path, or a bare name that is looked for beside the server's binary and in
    /// its library directory. Throws ApplicationError, std::system_error.
    explicit ApplicationFile(const std::string& app);

    /// As messages call it.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Where it was found: what $ORIGIN is to mean for it.
    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

    /// Of the copy, for dlopen(3). By the process's number, so that debuggers find it as well.
    [[nodiscard]] std::string path() const;

    [[nodiscard]] int fd() const noexcept { return copy_.get(); }

    /// The original's path, of what /proc/PID/maps calls a copy; any other name as it is.
    [[nodiscard]] static std::string original(std::string_view mapped);

    /// A descriptor of the copy that /proc/PID/maps calls so, if this process has one; else none.
    [[nodiscard]] static UniqueFd open_copy(std::string_view mapped);

  private:
    std::string name_;
    std::filesystem::path directory_;
    UniqueFd copy_;
};

}  // namespace curfew::worker
