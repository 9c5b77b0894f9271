#include "handlers/http/mime.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace curfew;

TEST_CASE("the extension says the type, and text is UTF-8") {
    CHECK(mime_type("index.html") == "text/html; charset=utf-8");
    CHECK(mime_type("a/b/style.css") == "text/css; charset=utf-8");
    CHECK(mime_type("app.js") == "text/javascript; charset=utf-8");
    CHECK(mime_type("data.json") == "application/json");
    CHECK(mime_type("photo.jpeg") == "image/jpeg");
}

TEST_CASE("the case of the extension does not matter") {
    CHECK(mime_type("PHOTO.PNG") == "image/png");
}

TEST_CASE("only the last extension counts") {
    CHECK(mime_type("page.html.gz") == "application/gzip");
    CHECK(mime_type("archive.tar") == "application/x-tar");
}

TEST_CASE("what is not known is octets") {
    for (const auto* const path : {"", "README", "a.unknown", "a.", "dir.html/README", "html"}) {
        CAPTURE(path);
        CHECK(mime_type(path) == "application/octet-stream");
    }
}

TEST_CASE("what the table does not know the system does, if it has types") {
    const bool has_types = std::filesystem::exists("/etc/mime.types");
    const auto expected = [&](std::string_view type) {
        return has_types ? type : "application/octet-stream";
    };

    CHECK(mime_type("plan.dwg") == expected("image/vnd.dwg"));
    CHECK(mime_type("PLAN.ODT") == expected("application/vnd.oasis.opendocument.text"));
    CHECK(mime_type("table.tsv") == expected("text/tab-separated-values; charset=utf-8"));
    CHECK(mime_type("page.html") == "text/html; charset=utf-8");
}
