#pragma once

#include "master/config/options.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace curfew::master {

/// Whom the workers run as, looked up once in the master.
class Identity {
  public:
    /// Names or numbers; empty: as the master. Throws ConfigError for unknown ones, or if
    /// the master may not change its own.
    Identity(const std::string& user, const std::string& group);

    /// Gives an open file of the master's to them; it may be open with O_PATH. Does nothing if they
    /// are the same.
    void give(int fd) const;

    /// Becomes them, for good. Throws std::system_error.
    void assume() const;

  private:
    std::string user_name_;
    std::optional<uid_t> user_;
    std::optional<gid_t> group_;
};

}  // namespace curfew::master
