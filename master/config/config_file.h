#pragma once

#include "master/config/option.h"

#include <string>
#include <vector>

namespace curfew::master {

/// A key of the file and what stands behind it.
struct FileEntry {
    std::string key;
    std::string where;  ///< of the key: "conf/curfew.toml:12:5"
    Setting setting;
    std::vector<FileEntry> entries = {};  ///< of a table
};

/// A `[[route]]` table.
struct FileRoute {
    std::string where;
    std::vector<FileEntry> entries;
};

/// What a configuration file says, in the order in which it says it.
struct FileContent {
    std::vector<FileEntry> entries;
    std::vector<FileRoute> routes;
};

/// Reads a TOML file. `path` is repeated in every position as given. Throws ConfigError if it
/// cannot be read or is not TOML.
[[nodiscard]] FileContent read_config_file(const std::string& path);

/// The same, of a text that is in memory already.
[[nodiscard]] FileContent parse_config_text(const std::string& text, const std::string& path);

}  // namespace curfew::master
