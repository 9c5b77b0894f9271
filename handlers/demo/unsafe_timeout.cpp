#include "unsafe_timeout.h"

#include "disposable_child.h"
#include "experiment.h"

#include <string.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

using namespace curfew;

namespace demo {

namespace {

/// The function's value, or its exception as a status and a message.
std::string told_by(const Experiment& experiment) {
    try {
        return "value " + run_slow_function(experiment.function(), experiment.call(),
                                            experiment.server(), experiment.seconds());
    } catch (const HttpError& error) {
        return "error " + std::to_string(error.status()) + " " + error.what();
    } catch (const std::exception& error) {
        return std::string("error 500 ") + error.what();
    }
}

/// In the child.
int run(const UnsafeStrategy& by, const Experiment& experiment, int output) {
    std::string told;
    const bool ended =
        ended_after(by.mechanism, experiment.limit(), [&] { told = told_by(experiment); });
    if (ended) told = "ended";
    return ::write(output, told.data(), told.size()) < 0 ? 1 : 0;
}

/// In the parent: what the child told, or what it died of.
std::string value_of(const UnsafeStrategy& by, const ChildEnd& end) {
    if (end.killed) throw std::runtime_error("the child process hung, and had to be killed");
    if (end.signal != 0) {
        throw std::runtime_error(std::string("the child process died: ") + ::strsignal(end.signal));
    }
    const auto& told = end.output;
    if (told.starts_with("value ")) return told.substr(6);
    if (told.starts_with("error ")) throw HttpError(std::stoi(told.substr(6)), told.substr(10));
    if (told != "ended") throw std::runtime_error("the child process said nothing");
    throw TimeoutError("the time limit has passed (" + std::string(by.name) + ")");
}

}  // namespace

Response unsafe_timeout(const UnsafeStrategy& by, const Request& request) {
    const Experiment experiment(request);
    wait_for_other_threads();  // which is not the function's time
    return experiment.report(by.name, [&] {
        DisposableChild child([&](int output) { return run(by, experiment, output); });
        return value_of(by, child.wait(Deadline::in(experiment.limit() + 1s)));
    });
}

}  // namespace demo
