#include "master/diagnosis/findings.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <climits>
#include <sstream>

namespace curfew::master {

using Json = nlohmann::json;

FindingsPipe::FindingsPipe() {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
    read_.reset(ends[0]);
    write_.reset(ends[1]);
}

namespace {

std::string line_of(pid_t worker, const std::string& request, const Finding& finding) {
    const Json json{worker, request, finding.doing, finding.stack};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void FindingsPipe::tell(pid_t worker, const std::string& request, Finding finding) const {
    auto line = line_of(worker, request, finding);
    // A write of more than PIPE_BUF is not atomic. The outermost frames are the least interesting.
    while (line.size() > PIPE_BUF && !finding.stack.empty()) {
        finding.stack.pop_back();
        line = line_of(worker, request, finding);
    }
    if (line.size() <= PIPE_BUF) (void)!::write(write_.get(), line.data(), line.size());
}

void FindingsPipe::close() noexcept {
    read_.reset();
    write_.reset();
}

Findings FindingsPipe::take() const {
    std::string text;
    char piece[4096];
    for (ssize_t got = 0; (got = ::read(read_.get(), piece, sizeof piece)) > 0;) {
        text.append(piece, static_cast<std::size_t>(got));
    }
    Findings found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto json = Json::parse(line);
        found[{json[0].get<pid_t>(), json[1].get<std::string>()}] = {
            json[2].get<std::string>(), json[3].get<std::vector<std::string>>()};
    }
    return found;
}

}  // namespace curfew::master
