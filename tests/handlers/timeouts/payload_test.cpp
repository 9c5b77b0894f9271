#include "handlers/backends/db.h"
#include "handlers/backends/http.h"
#include "handlers/base/error.h"
#include "handlers/context/call_context.h"
#include "handlers/http/response.h"
#include "handlers/timeouts/processes/message.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/timeouts/processes/processes.h"
#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tuple>
#include <variant>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

enum class Colour { red, green };

struct Order {
    std::string customer;
    std::map<std::string, std::vector<int>> amounts;
    std::optional<Colour> colour;

    template <typename Archive>
    void serialize(Archive& archive) {
        archive(customer, amounts, colour);
    }
    bool operator==(const Order&) const = default;
};

struct Plain {
    int number = 0;
};

/// What it gets, from another process.
template <typename T>
T there_and_back(std::string_view by, const T& value) {
    return with_timeout(
        1min, by, [](T what) { return what; }, value);
}

std::string body_of(const FileBody& file) {
    std::string text(static_cast<std::size_t>(file.length), '\0');
    const auto size = ::pread(file.fd.get(), text.data(), text.size(), file.offset);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return text;
}

Response part_of(const std::string& path) {
    Response response(206);
    response.header("X-Part", "2 to 5");
    response.body("text/csv", FileBody{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 2, 3});
    return response;
}

template <typename Error>
Error failure(std::string_view by, void (*function)()) {
    try {
        with_timeout(1min, by, function);
    } catch (const Error& error) {
        CHECK(typeid(error) == typeid(Error));
        return error;
    }
    throw std::runtime_error("it did not fail");
}

static_assert(is_serializable<void>);
static_assert(is_serializable<std::vector<std::tuple<int, std::string, Order>>>);
static_assert(is_serializable<Response>);
static_assert(is_serializable<http::Response>);
static_assert(is_serializable<db::Result>);
static_assert(!is_serializable<std::unique_ptr<int>>);
static_assert(!is_serializable<std::vector<std::unique_ptr<int>>>);
static_assert(!is_serializable<std::map<int, std::optional<const char*>>>);
static_assert(!is_serializable<std::string_view>);
static_assert(!is_serializable<Plain>);

}  // namespace

TEST_CASE("values of many types can be passed to another process") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        CHECK(there_and_back(by, 7) == 7);
        CHECK(there_and_back(by, true));
        CHECK(there_and_back(by, 0.1) == 0.1);
        CHECK(there_and_back(by, Colour::green) == Colour::green);
        CHECK(there_and_back(by, Duration(3ms)) == 3ms);
        CHECK(there_and_back(by, std::string("with\0a zero", 11)) ==
              std::string("with\0a zero", 11));
        CHECK(there_and_back(by, std::optional<int>()) == std::nullopt);
        CHECK(there_and_back(by, std::vector<bool>{true, false}) == std::vector<bool>{true, false});
        using Mixed = std::tuple<std::pair<int, std::string>, std::variant<int, std::string>>;
        const Mixed mixed{{1, "one"}, "a string"};
        CHECK(there_and_back(by, mixed) == mixed);
        const Order order{"Ann", {{"bread", {1, 2}}, {"milk", {}}}, Colour::green};
        CHECK(there_and_back(by, order) == order);
    }
}

TEST_CASE("a function's member, and several arguments") {
    for (const auto by : in_processes) {
        CHECK(with_timeout(1min, by, &std::string::size, std::string("four")) == 4);
        CHECK(with_timeout(
                  1min, by, [](int a, const std::string& b) { return b + std::to_string(a); }, 1,
                  std::string("a")) == "a1");
    }
}

TEST_CASE("the results of the backends can be passed to another process") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto page = with_timeout(1min, by, [] {
            http::Response response{.status = 404, .headers = {}, .body = "no such page"};
            response.headers.add("X-Reason", "none");
            return response;
        });
        CHECK(page.status == 404);
        CHECK(*page.headers.find("x-reason") == "none");
        CHECK(page.body == "no such page");

        const auto result = with_timeout(1min, by, [] {
            return db::Result{.columns = {"a", "b"},
                              .rows = {{nullptr, std::int64_t(7)}, {0.5, "text"}},
                              .affected = 3,
                              .last_insert = 4};
        });
        CHECK(result.columns == std::vector<std::string>{"a", "b"});
        CHECK(result.rows == std::vector<db::Values>{{nullptr, std::int64_t(7)}, {0.5, "text"}});
        CHECK(result.affected == 3);
        CHECK(result.last_insert == 4);
    }
}

TEST_CASE("responses can be passed on, with the file that is their body, but not streams") {
    const TemporaryDirectory directory;
    const auto path = directory.write("file", "0123456789").string();
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto page =
            with_timeout(1min, by, [] { return text("hello").status(203).close_connection(); });
        CHECK(page.status() == 203);
        CHECK(page.closes_connection());
        CHECK(*page.headers().find("Content-Type") == "text/plain; charset=utf-8");
        CHECK(std::get<std::string>(page.body()) == "hello");

        const auto part = with_timeout(1min, by, part_of, path);
        CHECK(part.status() == 206);
        CHECK_FALSE(part.closes_connection());
        CHECK(*part.headers().find("X-Part") == "2 to 5");
        CHECK(*part.headers().find("Content-Type") == "text/csv");
        CHECK(body_of(std::get<FileBody>(part.body())) == "234");

        CHECK_THROWS_WITH_AS(
            with_timeout(1min, by,
                         [] { return stream("text/plain", [] { return std::nullopt; }); }),
            doctest::Contains("a stream cannot come from another process"), std::logic_error);
    }
}

TEST_CASE("exceptions stay what they are, as far as a server minds") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto http = failure<HttpError>(by, [] { throw HttpError(418, "tea"); });
        CHECK(http.status() == 418);
        CHECK(http.what() == std::string("tea"));
        CHECK(failure<TimeoutError>(by, [] { throw TimeoutError("late"); }).what() ==
              std::string("late"));
        const auto backend = failure<BackendError>(
            by, [] { throw BackendError("no", BackendError::Kind::refused); });
        CHECK(backend.kind() == BackendError::Kind::refused);
        CHECK(backend.what() == std::string("no"));
        CHECK(failure<db::Error>(by, [] { throw db::Error(1062, "twice"); }).code() == 1062);
        failure<std::invalid_argument>(by, [] { throw std::invalid_argument("nonsense"); });
        failure<std::logic_error>(by, [] { throw std::out_of_range("too far"); });
        const auto other = failure<std::runtime_error>(
            by, [] { throw std::system_error(EBUSY, std::generic_category()); });
        CHECK(other.what() == std::string("Device or resource busy"));
        failure<std::runtime_error>(by, [] { throw 42; });
    }
}

TEST_CASE("what is not serializable is refused before anything runs") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        CHECK_THROWS_WITH_AS(with_timeout(1min, by, [] { return std::make_unique<int>(7); }),
                             doctest::Contains("the result type std::unique_ptr<int"),
                             std::logic_error);
        CHECK_THROWS_WITH_AS(with_timeout(1min, by, [] { return Plain{}; }),
                             doctest::Contains("Plain cannot run in another process"),
                             std::logic_error);
    }
    const std::string_view by = "process";  // a literal would not compile
    CHECK_THROWS_WITH_AS(with_timeout(
                             1min, by, [](const char*) {}, "a pointer"),
                         doctest::Contains("the argument type char const*"), std::logic_error);
}

TEST_CASE("captures are for this process: fork takes them along, process refuses them") {
    const int captured = 7;
    const auto function = [&] { return captured; };

    CHECK(with_timeout(1min, "fork", function) == 7);
    CHECK(with_timeout(
              1min, "fork", [](const char* text) { return std::string(text); }, "a pointer") ==
          "a pointer");
    const std::string_view by = "process";  // a literal would not compile
    CHECK_THROWS_WITH_AS(with_timeout(1min, by, function),
                         doctest::Contains("pass what it needs as arguments, or use strategy fork"),
                         std::logic_error);
}

TEST_CASE("a message with more bytes than it announces is refused") {
    MessagePair pair;
    struct {
        std::uint64_t tag = 0;
        std::int64_t number = 0;
        std::uint64_t size = 10;
        std::uint64_t follows = 0;
        std::array<char, 100> bytes{};
    } const forged;
    REQUIRE(::send(pair.theirs.get(), &forged, sizeof forged, 0) == sizeof forged);
    const ContextScope scope(Deadline::in(10s));

    CHECK_FALSE(receive(pair.ours.get()).has_value());
}

TEST_CASE("open files that find no room in this process are an error, and not left out") {
    MessagePair pair;
    Message message;
    message.payload.fds.emplace_back(checked_fd(::open("/dev/null", O_RDONLY), "open"));
    REQUIRE(send(pair.theirs.get(), message));

    const auto receive_it = [&] {
        const NoDescriptorLeft no_descriptor_left;
        (void)receive(pair.ours.get());
    };

    CHECK_THROWS_AS(receive_it(), std::system_error);
}
