#include "worker/access_log/access_log.h"

#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

using namespace curfew;
using namespace curfew::worker;

namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void log(AccessLog& access_log, std::string_view method) {
    const RequestParts request;
    access_log.write({.request = request, .request_line = method, .status = 200});
}

}  // namespace

TEST_CASE("each request is one line, appended to what is there") {
    const TemporaryDirectory directory;
    const auto path = directory.write("access.log", "before\n");
    AccessLog access_log(path, "%(m)s %(s)s");
    access_log.open();

    log(access_log, "GET");
    log(access_log, "PO\nST");

    CHECK(content_of(path) == "before\nGET 200\nPO\\x0aST 200\n");
}

TEST_CASE("a log that was moved away is opened anew") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "access.log";
    const auto moved = directory.path() / "access.log.1";
    AccessLog access_log(path, "%(m)s");
    access_log.open();
    log(access_log, "FIRST");

    std::filesystem::rename(path, moved);
    log(access_log, "SECOND");
    access_log.open();
    log(access_log, "THIRD");

    CHECK(content_of(moved) == "FIRST\nSECOND\n");
    CHECK(content_of(path) == "THIRD\n");
}

TEST_CASE("without a path there is no log") {
    AccessLog access_log("", "%(m)s");
    CHECK_FALSE(access_log.enabled());
    CHECK_NOTHROW(access_log.open());
}

TEST_CASE("a log that cannot be opened, or whose format is wrong, is refused") {
    const TemporaryDirectory directory;
    AccessLog access_log(directory.path() / "missing" / "access.log", "%(m)s");
    CHECK_THROWS_AS(access_log.open(), std::system_error);
    CHECK_THROWS_AS(AccessLog("x", "%(nonsense)s"), std::invalid_argument);
}
