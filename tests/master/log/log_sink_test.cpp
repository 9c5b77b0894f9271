#include "master/log/log_sink.h"

#include "tests/support/ends.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <string>

using namespace curfew;
using namespace curfew::master;
using namespace curfew::tests;

namespace {

/// A log that ends there, with nothing but the messages in its lines.
struct Log {
    explicit Log(const Ends& ends)
        : logger("", std::make_shared<LogSink>(worker::LogOutput::of(ends.writing.get()))) {
        logger.set_pattern("%v");
    }

    spdlog::logger logger;
};

std::size_t count(const std::string& text, const std::string& line) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(line, at)) != std::string::npos; at += line.size()) {
        ++found;
    }
    return found;
}

/// How many lines it says are lost.
std::size_t lost_in(const std::string& text) {
    std::size_t lost = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" lost: ") != std::string::npos) lost += std::stoul(line);
    }
    return lost;
}

}  // namespace

TEST_CASE("a pipe or a socket gets each line, and stays as it is") {
    for (const bool socket : {false, true}) {
        const auto ends = socket ? open_sockets() : open_pipe();
        Log log(ends);

        log.logger.info("one");
        log.logger.info("two");

        CHECK(take(ends) == "one\ntwo\n");
        CHECK((::fcntl(ends.writing.get(), F_GETFL) & O_NONBLOCK) == 0);
    }
}

TEST_CASE("nobody waits for long for a reader that does not read, and the log says what is lost") {
    for (const bool socket : {false, true}) {
        const auto ends = socket ? open_sockets() : open_pipe();
        Log log(ends);
        const std::string line(1000, 'x');
        constexpr std::size_t lines = 2000;  // more than there is room for

        for (std::size_t i = 0; i < lines; ++i) log.logger.info(line);
        auto text = take(ends);
        log.logger.info("here again");
        text += take(ends);

        const auto seen = count(text, line + "\n");
        CHECK(seen > 10);
        CHECK(seen + lost_in(text) == lines);
        CHECK(text.ends_with("\nhere again\n"));
    }
}

TEST_CASE("a line that is longer than the pipe is whole in the end") {
    const auto ends = open_pipe();
    Log log(ends);
    const std::string line(100'000, 'x');

    log.logger.info(line);
    auto text = take(ends);
    CHECK(text.size() < line.size());
    log.logger.info("next");
    text += take(ends);

    CHECK(text == line + "\nnext\n");
}

TEST_CASE("a line that is too long for any log is absent, and counted") {
    const auto ends = open_pipe();
    Log log(ends);

    log.logger.info(std::string(1 << 20, 'x'));
    log.logger.info("here again");

    CHECK(take(ends) == "1 line is lost: Message too long\nhere again\n");
}
