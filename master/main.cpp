#include "master/config.h"
#include "master/logging.h"
#include "master/master.h"
#include "master/title.h"
#include "worker/application.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <system_error>

using namespace curfew;
using namespace curfew::master;

namespace {

/// Every relative path but the configuration's own is meant from there.
void enter_directory(const Options& options) {
    if (options.chdir.empty() || ::chdir(options.chdir.c_str()) == 0) return;
    throw std::runtime_error("cannot chdir to " + options.chdir + ": " +
                             std::generic_category().message(errno));
}

int serve(const Options& options, std::function<Options()> reread) {
    enter_directory(options);
    if (!options.umask.empty()) {
        ::umask(static_cast<mode_t>(std::strtoul(options.umask.c_str(), nullptr, 8)));
    }
    open_log(options.error_logfile, options.log_level);
    Master master(options, std::move(reread));
    return master.run();
}

int run(int argc, char** argv) {
    const auto read = [&] { return configure(argc, argv, current_environment()); };
    const auto invocation = read();
    switch (invocation.action) {
        case Action::serve:
            return serve(invocation.options, [&] { return read().options; });
        case Action::check:
            enter_directory(invocation.options);
            (void)worker::Application(invocation.options.worker);
            std::puts("The configuration is good.");
            return 0;
        case Action::print:
        case Action::help:
        case Action::version:
            std::fputs(invocation.text.c_str(), stdout);
            return 0;
    }
    return 1;
}

int complain(const std::exception& error, int status) {
    std::fprintf(stderr, "curfew: %s\n", error.what());
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    prepare_titles(argc, argv, environ);
    try {
        return run(argc, argv);
    } catch (const ConfigError& error) {
        return complain(error, 2);
    } catch (const worker::ApplicationError& error) {
        return complain(error, error.exit_status());
    } catch (const std::exception& error) {
        return complain(error, 1);
    }
}
