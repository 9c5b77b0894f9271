#include "master/config/config.h"
#include "master/config/units.h"
#include "master/log/logging.h"
#include "master/master.h"
#include "master/os/directory.h"
#include "master/os/in_use.h"
#include "master/os/signals.h"
#include "master/os/startup_pages.h"
#include "master/os/title.h"
#include "master/setup/preflight.h"
#include "master/setup/release.h"
#include "worker/app/application.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <utility>

using namespace curfew;
using namespace curfew::master;

namespace {

void warn(const std::vector<std::string>& warnings) {
    for (const auto& warning : warnings) {
        std::fprintf(stderr, "curfew: warning: %s\n", warning.c_str());
    }
}

int serve(const Release& release, const std::vector<std::string>& warnings,
          std::function<Release()> reread) {
    const auto& options = release.options;
    release.enter();
    if (!options.umask.empty()) ::umask(parse_umask(options.umask));
    open_log(options.error_logfile, options.log_level);
    for (const auto& warning : warnings) spdlog::warn("{}", warning);
    ServiceManager service;  // removes NOTIFY_SOCKET before the application can see it
    if (!preflight(release)) return 0;
    Master master(release, std::move(reread), service);
    drop_startup_pages();  // before every worker inherits them
    return master.run();
}

int run(int argc, char** argv) {
    const auto environment = current_environment();
    const auto invocation = configure(argc, argv, environment);
    switch (invocation.action) {
        case Action::serve: {
            const auto start = open_working_directory();
            return serve(Release(invocation.options, start.get()), invocation.warnings, [&] {
                const Excursion excursion(start.get());  // where a relative --config begins
                return Release(configure(argc, argv, environment).options, start.get());
            });
        }
        case Action::check: {
            warn(invocation.warnings);
            const Release release(invocation.options, open_working_directory().get());
            release.enter();
            if (!preflight(release)) return 1;
            std::puts("The configuration is good.");
            return 0;
        }
        case Action::print:
            warn(invocation.warnings);
            std::fputs(invocation.text.c_str(), stdout);
            return 0;
        case Action::help:
        case Action::version:
            std::fputs(invocation.text.c_str(), stdout);
            return 0;
    }
    return 1;
}

/// If a standard stream is closed at start, a socket or the scoreboard would get its number, and
/// output of libraries would be written there.
void open_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // open() uses the lowest free number, which is this one.
        checked(::open("/dev/null", O_RDWR), "opening /dev/null in place of a closed descriptor");
    }
}

int complain(const std::exception& error, int status) {
    std::fprintf(stderr, "curfew: %s\n", error.what());
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    prepare_titles(argv, environ);
    try {
        open_standard_streams();
        hold_signals();
        return run(argc, argv);
    } catch (const StartCancelled&) {
        return 0;
    } catch (const ConfigError& error) {
        return complain(error, 2);
    } catch (const worker::ApplicationError& error) {
        return complain(error, error.exit_status());
    } catch (const std::exception& error) {
        return complain(error, 1);
    }
}
