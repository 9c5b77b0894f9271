#include "handlers/http/file.h"

#include "handlers/base/error.h"
#include "handlers/http/date.h"
#include "tests/handlers/test_request.h"
#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <string>
#include <string_view>
#include <system_error>

using namespace curfew;
using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

std::string content_of(const Response& response) {
    const auto& body = std::get<FileBody>(response.body());
    std::string content(static_cast<std::size_t>(body.length), '\0');
    const auto count = ::pread(body.fd.get(), content.data(), content.size(), body.offset);
    REQUIRE(count == body.length);
    return content;
}

std::string field(const Response& response, std::string_view name) {
    const auto* const value = response.headers().find(name);
    return value ? *value : "(none)";
}

/// A directory with `public/`, which is served, and a secret beside it.
struct Site {
    TemporaryDirectory directory;
    std::string root = directory.path() / "public";

    Site() {
        directory.write("secret.txt", "secret");
        directory.write("public/digits.txt", "0123456789");
        directory.write("public/sub/page.html", "<p>");
    }

    [[nodiscard]] Response get(const std::string& path,
                               const TestRequest& request = TestRequest()) const {
        return file(request, root, path);
    }

    /// The status of the answer, or of the HttpError.
    [[nodiscard]] int status(const std::string& path,
                             const TestRequest& request = TestRequest()) const {
        try {
            return get(path, request).status();
        } catch (const HttpError& error) {
            return error.status();
        }
    }
};

/// While it lives, files are opened without root's rights, which know no forbidden file.
struct WithoutPrivileges {
    int old = ::setfsuid(::getuid() == 0 ? 65534 : ::getuid());
    ~WithoutPrivileges() { ::setfsuid(static_cast<uid_t>(old)); }
};

}  // namespace

TEST_CASE("a file is served whole, with its type and validators") {
    const Site site;

    const auto response = site.get("sub/page.html");

    CHECK(response.status() == 200);
    CHECK(content_of(response) == "<p>");
    CHECK(field(response, "Content-Type") == "text/html; charset=utf-8");
    CHECK(field(response, "Accept-Ranges") == "bytes");
    CHECK(field(response, "Content-Range") == "(none)");
    const auto etag = field(response, "ETag");
    CHECK(etag.size() > 2);
    CHECK(etag.front() == '"');
    CHECK(etag.back() == '"');
    struct stat status {};
    REQUIRE(::stat((site.root + "/sub/page.html").c_str(), &status) == 0);
    CHECK(field(response, "Last-Modified") == http_date(status.st_mtim.tv_sec));
}

TEST_CASE("slashes in front of the path mean nothing") {
    const Site site;
    CHECK(content_of(site.get("/digits.txt")) == "0123456789");
    CHECK(content_of(site.get("//sub/../digits.txt")) == "0123456789");
}

TEST_CASE("an empty file is served") {
    const Site site;
    site.directory.write("public/empty.css", "");

    const auto response = site.get("empty.css");

    CHECK(response.status() == 200);
    CHECK(content_of(response).empty());
    CHECK(site.status("empty.css", TestRequest().header("Range", "bytes=0-")) == 416);
}

TEST_CASE("what is not there, or no file, is 404") {
    const Site site;
    REQUIRE(::mkfifo((site.root + "/fifo").c_str(), 0600) == 0);

    for (const auto& path : {"missing.txt"s, ""s, "/"s, "sub"s, "sub/"s, "."s, "digits.txt/"s,
                             "digits.txt/x"s, "missing/x"s, "fifo"s, std::string(300, 'a'),
                             std::string(5000, 'a'), "digits.txt\0.html"s, "\0"s}) {
        CAPTURE(path);
        CHECK(site.status(path) == 404);
    }
}

TEST_CASE("dots do not lead out") {
    const Site site;
    for (const auto* const path : {"..", "../secret.txt", "sub/../../secret.txt",
                                   "../public/digits.txt", "/../secret.txt", "./../secret.txt"}) {
        CAPTURE(path);
        CHECK(site.status(path) == 404);
    }
}

TEST_CASE("an absolute path is taken below the root") {
    const Site site;
    CHECK(site.status("/etc/passwd") == 404);
    CHECK(site.status(site.root + "/digits.txt") == 404);
    CHECK(site.status((site.directory.path() / "secret.txt").string()) == 404);
}

TEST_CASE("symbolic links lead around inside, and not out") {
    const Site site;
    const fs::path root = site.root;
    fs::create_symlink("../digits.txt", root / "sub/inside");
    fs::create_symlink("../secret.txt", root / "relative");
    fs::create_symlink(site.directory.path() / "secret.txt", root / "absolute");
    fs::create_symlink(root / "digits.txt", root / "absolute_inside");
    fs::create_directory_symlink("..", root / "up");
    fs::create_directory_symlink("/", root / "top");
    fs::create_symlink("loop", root / "loop");
    fs::create_symlink("nowhere", root / "dangling");
    fs::create_symlink("/proc/self/exe", root / "magic");

    CHECK(content_of(site.get("sub/inside")) == "0123456789");
    for (const auto* const path : {"relative", "absolute", "absolute_inside", "up/secret.txt",
                                   "top/etc/passwd", "loop", "dangling", "magic"}) {
        CAPTURE(path);
        CHECK(site.status(path) == 404);
    }
}

TEST_CASE("a root that is itself a symbolic link is fine") {
    const Site site;
    const auto link = site.directory.path() / "link";
    fs::create_directory_symlink("public", link);

    CHECK(content_of(file(TestRequest(), link, "digits.txt")) == "0123456789");
}

TEST_CASE("a root that is not there is the application's error") {
    const Site site;
    CHECK_THROWS_AS(static_cast<void>(file(TestRequest(), site.root + "/none", "a")),
                    std::system_error);
    CHECK_THROWS_AS(static_cast<void>(file(TestRequest(), site.root + "/digits.txt", "a")),
                    std::system_error);
}

TEST_CASE("what the worker may not read is 403") {
    const Site site;
    fs::permissions(site.directory.path(), fs::perms(0755));
    fs::permissions(site.root + "/digits.txt", fs::perms::none);
    const WithoutPrivileges guard;

    CHECK(site.status("digits.txt") == 403);
    CHECK(site.status("sub/page.html") == 200);
}

TEST_CASE("a client that has the file already gets 304 without it") {
    const Site site;
    const auto first = site.get("digits.txt");

    const auto by_tag =
        site.get("digits.txt", TestRequest().header("If-None-Match", field(first, "ETag")));
    const auto by_date = site.get(
        "digits.txt", TestRequest().header("If-Modified-Since", field(first, "Last-Modified")));

    for (const auto* const response : {&by_tag, &by_date}) {
        CHECK(response->status() == 304);
        CHECK(field(*response, "ETag") == field(first, "ETag"));
        CHECK(field(*response, "Content-Type") == "(none)");
        CHECK(std::get<std::string>(response->body()).empty());
    }
}

TEST_CASE("the tag changes with the content, the time, or the file itself") {
    const Site site;
    const auto path = site.root + "/digits.txt";
    const auto set_time = [&path](long nanoseconds) {
        const timespec times[2] = {{1'000'000'000, nanoseconds}, {1'000'000'000, nanoseconds}};
        REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    };
    set_time(1);
    const auto tag = field(site.get("digits.txt"), "ETag");

    SUBCASE("the same") { CHECK(field(site.get("digits.txt"), "ETag") == tag); }
    SUBCASE("a nanosecond later") {
        set_time(2);
        CHECK(field(site.get("digits.txt"), "ETag") != tag);
    }
    SUBCASE("another size") {
        site.directory.write("public/digits.txt", "01234567890");
        set_time(1);
        CHECK(field(site.get("digits.txt"), "ETag") != tag);
    }
    SUBCASE("another file put in its place") {
        site.directory.write("public/other.txt", "9876543210");
        fs::rename(site.root + "/other.txt", path);
        set_time(1);
        CHECK(field(site.get("digits.txt"), "ETag") != tag);
    }
}

TEST_CASE("a precondition that fails is 412") {
    const Site site;
    CHECK(site.status("digits.txt", TestRequest().header("If-Match", "\"other\"")) == 412);
    CHECK(site.status("digits.txt", TestRequest().header("If-Unmodified-Since",
                                                         "Sun, 06 Nov 1994 08:49:37 GMT")) == 412);
}

TEST_CASE("a file from the future was not modified later than now") {
    const Site site;
    const timespec times[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (site.root + "/digits.txt").c_str(), times, 0) == 0);

    const auto modified = parse_http_date(field(site.get("digits.txt"), "Last-Modified"));

    REQUIRE(modified);
    CHECK(*modified <= ::time(nullptr));
}

TEST_CASE("a range is served as a part") {
    const Site site;

    const auto response = site.get("digits.txt", TestRequest().header("Range", "bytes=2-5"));

    CHECK(response.status() == 206);
    CHECK(content_of(response) == "2345");
    CHECK(field(response, "Content-Range") == "bytes 2-5/10");
    CHECK(field(response, "Content-Type") == "text/plain; charset=utf-8");
    CHECK(field(response, "ETag") != "(none)");
}

TEST_CASE("a suffix range is served as a part") {
    const Site site;

    const auto response = site.get("digits.txt", TestRequest().header("Range", "bytes=-3"));

    CHECK(response.status() == 206);
    CHECK(content_of(response) == "789");
    CHECK(field(response, "Content-Range") == "bytes 7-9/10");
}

TEST_CASE("a range behind the end is 416 and says how long the file is") {
    const Site site;

    const auto response = site.get("digits.txt", TestRequest().header("Range", "bytes=10-"));

    CHECK(response.status() == 416);
    CHECK(field(response, "Content-Range") == "bytes */10");
    CHECK(std::holds_alternative<std::string>(response.body()));
}

TEST_CASE("several ranges, HEAD and an If-Range that is stale get the whole file") {
    const Site site;
    const auto expect_whole = [&site](const TestRequest& request) {
        const auto response = site.get("digits.txt", request);
        CHECK(response.status() == 200);
        CHECK(content_of(response) == "0123456789");
        CHECK(field(response, "Content-Range") == "(none)");
    };

    expect_whole(TestRequest().header("Range", "bytes=0-1,3-4"));
    expect_whole(TestRequest("HEAD").header("Range", "bytes=0-1"));
    expect_whole(TestRequest().header("Range", "bytes=0-1").header("If-Range", "\"old\""));
    expect_whole(TestRequest().header("Range", "bytes=99-").header("If-Range", "\"old\""));
}

TEST_CASE("an If-Range that is current gets the part") {
    const Site site;
    const auto first = site.get("digits.txt");

    for (const auto* const name : {"ETag", "Last-Modified"}) {
        const auto validator = field(first, name);
        const auto request =
            TestRequest().header("Range", "bytes=0-1").header("If-Range", validator);
        CHECK(content_of(site.get("digits.txt", request)) == "01");
    }
}

TEST_CASE("304 goes before a range") {
    const Site site;
    const auto request = TestRequest().header("Range", "bytes=0-1").header("If-None-Match", "*");
    CHECK(site.status("digits.txt", request) == 304);
}
