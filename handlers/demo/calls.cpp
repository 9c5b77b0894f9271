#include "calls.h"

#include "json.h"
#include "numbers.h"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>

using namespace curfew;

namespace demo {

namespace {

/// Something that the compiler cannot leave out. It captures nothing: a strategy may run it in
/// another process.
int answer() {
    static volatile int value = 42;
    return value;
}

void call(const std::string& by, int number) {
    for (int i = 0; i < number; ++i) {
        by == "bare" ? answer() : with_timeout(10s, by, answer);
    }
}

}  // namespace

Response calls(const Request& request) {
    const int number =
        parse_number(request.query("number").value_or("1"), 1, 1'000'000, "the number of calls");
    const auto& by = request.param("strategy");
    const auto start = Deadline::Clock::now();
    try {
        call(by, number);
    } catch (const std::invalid_argument& unknown) {
        throw HttpError(400, std::string(unknown.what()) + ", bare");
    } catch (const HttpError&) {
        throw;
    } catch (const std::exception& refused) {
        // It does not work in this worker: no helpers, or threads beside the one that would fork.
        throw HttpError(409, refused.what());
    }
    const std::chrono::duration<double, std::micro> spent = Deadline::Clock::now() - start;
    JsonObject report;
    report.add("strategy", json_string(by));
    report.add("calls", std::to_string(number));
    report.add("us_per_call", std::to_string(spent.count() / number));
    return json(report.text() + "\n");
}

}  // namespace demo
