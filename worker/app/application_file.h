#pragma once

#include "handlers/base/unique_fd.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace curfew::worker {

/// The application's file as it was when its name was resolved: a copy in memory, which cannot be
/// changed. All workers of one configuration load the copy, however late they start. If the file is
/// overwritten, replaced or removed meanwhile, only the next configuration sees that.
class ApplicationFile {
  public:
    /// Copies `app`: a path, or a bare name that is looked for beside the server's binary and in
    /// its library directory. Throws ApplicationError, std::system_error.
    explicit ApplicationFile(const std::string& app);

    /// The name of the application in messages.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The directory in which the file was found; $ORIGIN stands for it.
    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

    /// The path of the copy, for dlopen(3). It has the number of this process instead of "self", so
    /// that debuggers find the copy as well.
    [[nodiscard]] std::string path() const;

    [[nodiscard]] int fd() const noexcept { return copy_.get(); }

    /// The path of the original if `mapped` is what /proc/PID/maps calls a copy; any other name is
    /// returned as it is.
    [[nodiscard]] static std::string original(std::string_view mapped);

    /// A descriptor of the copy that /proc/PID/maps calls by that name, if this process has one;
    /// else none.
    [[nodiscard]] static UniqueFd open_copy(std::string_view mapped);

  private:
    std::string name_;
    std::filesystem::path directory_;
    UniqueFd copy_;
};

}  // namespace curfew::worker
