#include "timeout.h"

#include "experiment.h"
#include "json.h"
#include "running.h"
#include "unsafe_strategies.h"

#include <stdexcept>
#include <string>

using namespace curfew;

namespace demo {

namespace {

const Strategy& chosen(const std::string& name) {
    try {
        return strategy(name);
    } catch (const std::invalid_argument& unknown) {
        std::string message = unknown.what();
        for (const auto& unsafe : unsafe_strategies()) message.append(", ").append(unsafe.name);
        throw HttpError(400, message);
    }
}

}  // namespace

Response timeout(const Request& request) {
    const auto name = chosen(request.param("strategy")).name();
    const Experiment experiment(request);
    // It captures nothing and gets copies, and so it may go to another process.
    constexpr auto function = [](std::size_t which, std::uint64_t call, const std::string& server,
                                 double seconds) {
        return run_slow_function(which, call, server, seconds);
    };
    return experiment.report(name, [&] {
        return with_timeout(experiment.limit(), name, function, experiment.function(),
                            experiment.call(), experiment.server(), experiment.seconds());
    });
}

Response functions_that_run(const Request&) { return json(json_list(what_runs()) + "\n"); }

}  // namespace demo
