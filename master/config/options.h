#pragma once

#include "handlers/base/deadline.h"
#include "worker/settings/options.h"

#include <string>
#include <vector>

namespace curfew::master {

/// Which requests of a dead worker's may be run once more by another.
enum class Retry {
    never,
    killed,  ///< if the master has killed it
    always,  ///< also if it has crashed: the request may be why
};

/// What the master reads of the configuration, and under `worker` what it hands to its workers.
struct Options {
    std::string config_file;  ///< empty: none was read

    std::vector<std::string> bind = {"127.0.0.1:8000"};
    int backlog = 2048;
    int workers = 1;
    Duration boot_timeout = std::chrono::seconds(30);   ///< from fork to ready
    Duration harakiri_grace = std::chrono::seconds(1);  ///< for others, before a kill
    Retry retry_idempotent = Retry::killed;

    /// For looking at a stuck request before its worker is killed. Zero: that is not done.
    Duration post_mortem = std::chrono::milliseconds(250);

    std::string user;
    std::string group;
    std::string umask;  ///< octal; empty: as inherited
    std::string chdir;
    std::string pidfile;
    std::string proc_name = "curfew";

    std::string error_logfile = "-";  ///< a file, or what worker/os/log_file.h knows
    std::string log_level = "info";

    worker::Options worker;
};

}  // namespace curfew::master
