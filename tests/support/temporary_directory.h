#pragma once

#include "handlers/base/unique_fd.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace curfew {

/// A new, empty directory that goes with its contents.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = std::filesystem::temp_directory_path() / "curfew-test-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Writes a file below it, and returns where.
    std::filesystem::path write(std::string_view name, std::string_view content) const {
        const auto place = path_ / name;
        std::filesystem::create_directories(place.parent_path());
        std::ofstream(place, std::ios::binary) << content;
        return place;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace curfew
