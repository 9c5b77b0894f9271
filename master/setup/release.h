#pragma once

#include "handlers/base/unique_fd.h"
#include "master/config/options.h"
#include "worker/app/application_file.h"

#include <memory>

namespace curfew::master {

/// What workers are made of: the configuration, the application as it is now, and the directory
/// that relative names are meant from. Names are resolved here and nowhere else, that is at start
/// and at each reload; what a deployment moves or removes later is no matter.
struct Release {
    /// `start`: the directory that a relative `chdir` is meant from. Throws
    /// worker::ApplicationError, std::system_error.
    Release(Options all, int start);

    /// Goes to its directory. Throws std::system_error.
    void enter() const;

    Options options;
    std::shared_ptr<const worker::ApplicationFile> application;
    std::shared_ptr<const UniqueFd> directory;
};

}  // namespace curfew::master
