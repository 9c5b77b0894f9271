// Calls of libraries that know nothing of limits, under limits.
#include "libraries/library.h"

#include <curfew/app.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

using namespace curfew;
using namespace libraries;

namespace {

std::atomic<long> others{0};

std::unique_ptr<Session> session_of(const Request& request) {
    static const std::map<std::string, std::unique_ptr<Session> (*)(const Address&), std::less<>>
        all = {{"redis", redis},         {"postgres", postgres}, {"web", web},
               {"memcached", memcached}, {"mysql", mysql},       {"mysql_with_tls", mysql_with_tls},
               {"amqp", amqp},           {"sqlite", sqlite}};
    const auto found = all.find(request.param("library"));
    if (found == all.end()) throw HttpError(404, "there is no such library");
    return found->second({request.query("host").value_or("127.0.0.1"),
                          std::stoi(request.query("port").value_or("0"))});
}

Duration milliseconds(const Request& request, const char* name) {
    return std::chrono::milliseconds(std::stoi(request.query(name).value_or("20000")));
}

struct Asked {
    std::string answer;
    std::string error;
    bool timed_out = false;
};

Asked ask(Session& session, Duration limit, const std::string& token) {
    Asked asked;
    try {
        with_timeout(limit, "deadline", [&] {
            try {
                asked.answer = session.ask(token);
            } catch (const Failed& failed) {
                asked.error = failed.what();
            }
        });
    } catch (const TimeoutError&) {
        asked.timed_out = true;
    }
    return asked;
}

/// What the session answers within the limit, or its library's error; and what it answers, or its
/// error, when it is asked for something else afterwards.
Response ask_once(const Request& request) {
    const auto session = session_of(request);
    const long before = others;
    const auto start = std::chrono::steady_clock::now();
    const auto asked = ask(*session, milliseconds(request, "limit"), "first");
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    std::string report = "answer " + asked.answer + "\nerror " + asked.error + "\ntimed_out " +
                         (asked.timed_out ? "yes" : "no") + "\nmilliseconds " +
                         std::to_string(took.count()) + "\nothers " +
                         std::to_string(others - before) + "\n";
    if (request.query("again")) {
        const auto again = ask(*session, 20s, "second");
        report += "again_answer " + again.answer + "\nagain_error " + again.error + "\n";
    }
    return text(report);
}

/// Asks so often, each time with a session of its own, and says how often there was an error in
/// time.
Response ask_often(const Request& request) {
    int timed_out = 0;
    for (int left = std::stoi(request.query("times").value_or("1")); left > 0; --left) {
        const auto asked = ask(*session_of(request), milliseconds(request, "limit"), "first");
        if (asked.timed_out && asked.answer.empty() && !asked.error.empty()) ++timed_out;
    }
    return text(std::to_string(timed_out));
}

int number_of(const char* directory) {
    const std::filesystem::directory_iterator all(directory);
    return static_cast<int>(std::distance(begin(all), end(all)));
}

/// "descriptors threads"
Response belongings(const Request&) {
    return text(std::to_string(number_of("/proc/self/fd")) + " " +
                std::to_string(number_of("/proc/self/task")));
}

/// In bytes.
Response memory(const Request&) {
    std::ifstream file("/proc/self/statm");
    long all = 0;
    long resident = 0;
    file >> all >> resident;
    return text(std::to_string(resident * ::sysconf(_SC_PAGESIZE)));
}

}  // namespace

void routes(Router& router) {
    router.get("/ask/:library", ask_once);
    router.get("/often/:library", ask_often);
    router.get("/belongings", belongings);
    router.get("/memory", memory);
    router.get("/another", [](const Request&) {
        ++others;
        return text("answered\n");
    });
}
