#include "mime.h"

#include "headers.h"

#include <array>

namespace curfew {

namespace {

struct Type {
    std::string_view extension;
    std::string_view name;
};

constexpr std::array types = {
    Type{"html", "text/html; charset=utf-8"},
    Type{"htm", "text/html; charset=utf-8"},
    Type{"css", "text/css; charset=utf-8"},
    Type{"js", "text/javascript; charset=utf-8"},
    Type{"mjs", "text/javascript; charset=utf-8"},
    Type{"txt", "text/plain; charset=utf-8"},
    Type{"log", "text/plain; charset=utf-8"},
    Type{"md", "text/markdown; charset=utf-8"},
    Type{"csv", "text/csv; charset=utf-8"},
    Type{"ics", "text/calendar; charset=utf-8"},
    Type{"xml", "text/xml; charset=utf-8"},
    Type{"json", "application/json"},
    Type{"map", "application/json"},
    Type{"jsonld", "application/ld+json"},
    Type{"webmanifest", "application/manifest+json"},
    Type{"atom", "application/atom+xml"},
    Type{"rss", "application/rss+xml"},
    Type{"xhtml", "application/xhtml+xml"},
    Type{"wasm", "application/wasm"},
    Type{"pdf", "application/pdf"},
    Type{"zip", "application/zip"},
    Type{"gz", "application/gzip"},
    Type{"zst", "application/zstd"},
    Type{"tar", "application/x-tar"},
    Type{"png", "image/png"},
    Type{"jpg", "image/jpeg"},
    Type{"jpeg", "image/jpeg"},
    Type{"gif", "image/gif"},
    Type{"webp", "image/webp"},
    Type{"avif", "image/avif"},
    Type{"svg", "image/svg+xml"},
    Type{"ico", "image/vnd.microsoft.icon"},
    Type{"bmp", "image/bmp"},
    Type{"tif", "image/tiff"},
    Type{"tiff", "image/tiff"},
    Type{"woff", "font/woff"},
    Type{"woff2", "font/woff2"},
    Type{"ttf", "font/ttf"},
    Type{"otf", "font/otf"},
    Type{"mp3", "audio/mpeg"},
    Type{"ogg", "audio/ogg"},
    Type{"opus", "audio/ogg"},
    Type{"wav", "audio/wav"},
    Type{"flac", "audio/flac"},
    Type{"m4a", "audio/mp4"},
    Type{"mp4", "video/mp4"},
    Type{"webm", "video/webm"},
    Type{"ogv", "video/ogg"},
    Type{"mov", "video/quicktime"},
};

}  // namespace

std::string_view mime_type(std::string_view path) noexcept {
    constexpr std::string_view unknown = "application/octet-stream";
    const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return unknown;

    const auto extension = name.substr(dot + 1);
    for (const auto& type : types) {
        if (equals_ignoring_case(type.extension, extension)) return type.name;
    }
    return unknown;
}

}  // namespace curfew
