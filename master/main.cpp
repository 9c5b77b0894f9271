#include "master/config/config.h"
#include "master/directory.h"
#include "master/logging.h"
#include "master/master.h"
#include "master/signals.h"
#include "master/start_pages.h"
#include "master/title.h"
#include "master/trial.h"
#include "master/config/units.h"
#include "worker/application.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <utility>

using namespace curfew;
using namespace curfew::master;

namespace {

int serve(const Options& options, std::function<Options()> reread) {
    enter_directory(options.chdir);
    if (!options.umask.empty()) ::umask(parse_umask(options.umask));
    open_log(options.error_logfile, options.log_level);
    if (!try_application(options)) return 0;
    Master master(options, std::move(reread));
    drop_start_pages();  // before every worker inherits them
    return master.run();
}

int run(int argc, char** argv) {
    const auto environment = current_environment();
    const auto invocation = configure(argc, argv, environment);
    switch (invocation.action) {
        case Action::serve: {
            const auto start = open_working_directory();
            return serve(invocation.options, [&] {
                const Excursion excursion(start.get());  // a relative --config is meant from there
                return configure(argc, argv, environment).options;
            });
        }
        case Action::check:
            enter_directory(invocation.options.chdir);
            if (!try_application(invocation.options)) return 1;
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
    prepare_titles(argv, environ);
    try {
        hold_signals();
        return run(argc, argv);
    } catch (const ConfigError& error) {
        return complain(error, 2);
    } catch (const worker::ApplicationError& error) {
        return complain(error, error.exit_status());
    } catch (const std::exception& error) {
        return complain(error, 1);
    }
}
