#include "master/config.h"
#include "master/logging.h"
#include "master/master.h"
#include "master/title.h"
#include "worker/application.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

using namespace curfew;
using namespace curfew::master;

namespace {

int serve(const Options& options) {
    open_log(options.error_logfile, options.log_level);
    Master master(options);
    return master.run();
}

int run(int argc, char** argv) {
    const auto invocation = configure(argc, argv, current_environment());
    switch (invocation.action) {
        case Action::serve:
            return serve(invocation.options);
        case Action::check:
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
