#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace demo::lab {

/// The workers of this server and the state in the title of each: `ready`, `draining`,
/// `terminating`. Workers that boot are left out, because their keepers have the same title for a
/// moment.
using Workers = std::map<pid_t, std::string>;

/// As ps would show them now. For a worker's process.
[[nodiscard]] Workers look_at_workers();

/// What a worker's title says that it does; empty if it is no worker's, or boots.
[[nodiscard]] std::string_view state_in(std::string_view title);

/// One worker that is not as it was; the state is empty if it is gone.
struct Change {
    pid_t pid;
    std::string state;

    friend bool operator==(const Change&, const Change&) = default;
};

/// What has happened between two looks, those that are gone first.
[[nodiscard]] std::vector<Change> changes(const Workers& before, const Workers& now);

}  // namespace demo::lab
