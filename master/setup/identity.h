#pragma once

#include "master/config/options.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace curfew::master {

/// The user and the group that the workers run as. The master looks them up once.
class Identity {
  public:
    /// `user` and `group` are names or numbers; empty: those of the master. Throws ConfigError if
    /// one is unknown, or if the master has no right to change them.
    Identity(const std::string& user, const std::string& group);

    /// Makes them the owner of an open file, which may be open with O_PATH. Does nothing if the
    /// workers run as the master does.
    void give(int fd) const;

    /// Makes this process run as this user and group, for good. Throws std::system_error.
    void assume() const;

  private:
    std::string user_name_;
    std::optional<uid_t> user_;
    std::optional<gid_t> group_;
};

}  // namespace curfew::master
