#pragma once

#include "handlers/base/unique_fd.h"
#include "master/config/options.h"
#include "worker/app/application_file.h"

#include <memory>

namespace curfew::master {

/// What workers are made of: the configuration, a copy of the application, and the working
/// directory. Names of files are resolved only here, at the start and at each reload. So workers
/// that start later are not affected if a deployment has moved or removed files.
struct Release {
    /// `start`: the directory to which a relative `chdir` refers. Throws worker::ApplicationError
    /// and std::system_error.
    Release(Options all, int start);

    /// Changes to the working directory of the release. Throws std::system_error.
    void enter() const;

    Options options;
    std::shared_ptr<const worker::ApplicationFile> application;
    std::shared_ptr<const UniqueFd> directory;
};

}  // namespace curfew::master
