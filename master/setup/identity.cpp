#include "master/setup/identity.h"

#include "handlers/base/parse_number.h"
#include "handlers/base/unique_fd.h"
#include "master/config/config_error.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace curfew::master {

namespace {

/// The value with which fchown(2) leaves the user or group of a file as it is.
constexpr auto unchanged = static_cast<unsigned>(-1);

std::optional<unsigned> as_number(const std::string& text) {
    const auto number = parse_number<unsigned>(text);
    return number == unchanged ? std::nullopt : number;
}

}  // namespace

Identity::Identity(const std::string& user, const std::string& group) {
    if (!user.empty()) {
        const auto number = as_number(user);
        const passwd* const entry = number ? ::getpwuid(*number) : ::getpwnam(user.c_str());
        if (!entry && !number) throw ConfigError("user: there is no user \"" + user + "\"");
        if (!entry && group.empty()) {
            // Without a group the workers would keep the groups of root.
            throw ConfigError("user: " + user + " has no entry and so no group; name one too");
        }
        user_ = number ? *number : entry->pw_uid;
        if (entry) {
            user_name_ = entry->pw_name;
            group_ = entry->pw_gid;
        }
    }
    if (!group.empty()) {
        const auto number = as_number(group);
        const ::group* const entry = number ? nullptr : ::getgrnam(group.c_str());
        if (!entry && !number) throw ConfigError("group: there is no group \"" + group + "\"");
        group_ = number ? *number : entry->gr_gid;
    }
    const bool changes = (user_ && *user_ != ::geteuid()) || (group_ && *group_ != ::getegid());
    if (changes && ::geteuid() != 0) {
        throw ConfigError("user, group: only root may run workers as another user or group");
    }
}

void Identity::give(int fd) const {
    if (!user_ && !group_) return;
    checked(
        ::fchownat(fd, "", user_.value_or(unchanged), group_.value_or(unchanged), AT_EMPTY_PATH),
        "fchownat");
}

void Identity::assume() const {
    if (::geteuid() != 0) return;
    if (group_) {
        // The supplementary groups are replaced, too: workers must not keep those of root.
        if (!user_name_.empty()) {
            checked(::initgroups(user_name_.c_str(), *group_), "initgroups");
        } else {
            checked(::setgroups(1, &*group_), "setgroups");
        }
        checked(::setgid(*group_), "setgid");
    }
    if (user_) checked(::setuid(*user_), "setuid");
}

}  // namespace curfew::master
