#pragma once

#include <stdexcept>

namespace curfew::master {

/// The configuration cannot be used. `what()` is one line that names the place: file, line and
/// column, or the flag, or the environment variable.
class ConfigError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace curfew::master
