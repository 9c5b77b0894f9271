#include "mime.h"

#include "headers.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace curfew {

namespace {

struct Type {
    std::string_view extension;
    std::string_view name;
};

// What a site is made of is the same on every machine; beside that, the system's file counts.
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

constexpr std::string_view unknown = "application/octet-stream";

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

using SystemTypes = std::map<std::string, std::string, std::less<>>;

SystemTypes read_system_types(const char* path) {
    SystemTypes found;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::string type;
        words >> type;
        if (type.starts_with("text/")) type += "; charset=utf-8";
        for (std::string extension; words >> extension;) {
            found.emplace(lower_case(extension), type);
        }
    }
    return found;
}

/// Of Debian's package media-types, which nginx's and Python's types are made from as well. Read
/// once, when a file is asked for that the table does not know.
std::string_view system_type(std::string_view extension) noexcept try {
    static const auto known = read_system_types("/etc/mime.types");
    const auto found = known.find(lower_case(extension));
    return found == known.end() ? unknown : found->second;
} catch (const std::exception&) {
    return unknown;
}

}  // namespace

std::string_view mime_type(std::string_view path) noexcept {
    const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return unknown;

    const auto extension = name.substr(dot + 1);
    for (const auto& type : types) {
        if (equals_ignoring_case(type.extension, extension)) return type.name;
    }
    return extension.empty() ? unknown : system_type(extension);
}

}  // namespace curfew
