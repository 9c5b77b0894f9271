#pragma once

#include "master/config/option.h"

#include <string>
#include <vector>

namespace curfew::master {

/// A key of the file and its value.
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

/// Reads a TOML file. All positions begin with `path` as it is given here. Throws ConfigError if
/// the file cannot be read or is not TOML.
[[nodiscard]] FileContent read_config_file(const std::string& path);

/// Parses the text of a TOML file. All positions begin with `path`. Throws ConfigError.
[[nodiscard]] FileContent parse_config_text(const std::string& text, const std::string& path);

}  // namespace curfew::master
