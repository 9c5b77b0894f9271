#include "file.h"

#include "../base/error.h"
#include "byte_range.h"
#include "conditional.h"
#include "date.h"
#include "mime.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <string_view>
#include <system_error>

namespace curfew {

namespace {

[[noreturn]] void not_found() { throw HttpError(404, "Not Found"); }

/// glibc has no wrapper for it.
int openat2(int directory, const char* path, const open_how& how) noexcept {
    return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

UniqueFd open_beneath(const std::string& root, std::string_view path) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    // To the kernel, a NUL would end the path.
    if (path.empty() || path.find('\0') != std::string_view::npos) not_found();

    // A root that is not there is the application's mistake: not a 404, but a 500 and in the log.
    const auto directory =
        checked_fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), root.c_str());

    open_how how{};
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const std::string relative(path);
    UniqueFd fd;
    // EAGAIN: something was renamed while the kernel walked a `..`, and it cannot be sure.
    for (int tries = 0; tries < 16; ++tries) {
        fd.reset(openat2(directory.get(), relative.c_str(), how));
        if (fd || (errno != EAGAIN && errno != EINTR)) break;
    }
    if (fd) return fd;

    switch (errno) {
        case ENOENT:
        case ENOTDIR:
        case EXDEV:  // leads out of the root
        case ELOOP:
        case ENAMETOOLONG:
        case ENXIO:  // a socket
            not_found();
        case EACCES:
        case EPERM:
            throw HttpError(403, "Forbidden");
        default:
            throw std::system_error(errno, std::generic_category(), "openat2");
    }
}

std::string make_etag(const struct stat& status) {
    std::string etag = "\"";
    const auto append_hex = [&etag](auto number) {
        std::array<char, 16> digits;
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                                static_cast<std::uint64_t>(number), 16);
        etag.append(digits.data(), end);
    };
    append_hex(status.st_ino);
    etag += '-';
    append_hex(status.st_size);
    etag += '-';
    append_hex(status.st_mtim.tv_sec);
    etag += '.';
    append_hex(status.st_mtim.tv_nsec);
    etag += '"';
    return etag;
}

Validators validators_of(const struct stat& status) {
    // Last-Modified is never later than Date (RFC 9110 section 8.8.2.1).
    const std::int64_t now = ::time(nullptr);
    return {make_etag(status), std::min<std::int64_t>(status.st_mtim.tv_sec, now)};
}

/// Only GET has ranges (RFC 9110 section 14.2).
Selection select(const Request& request, const Validators& current, std::int64_t size) {
    if (request.method() != "GET" || !if_range_holds(request, current)) return {200, 0, size};
    return select_range(request.header("Range"), size);
}

}  // namespace

Response file(const Request& request, const std::string& root, const std::string& path) {
    UniqueFd fd = open_beneath(root, path);
    struct stat status {};
    checked(::fstat(fd.get(), &status), "fstat");
    if (!S_ISREG(status.st_mode)) not_found();

    const auto current = validators_of(status);
    const auto precondition = evaluate_preconditions(request, current);
    if (precondition == Precondition::failed) throw HttpError(412, "Precondition Failed");

    Response response;
    response.header("ETag", current.etag).header("Last-Modified", http_date(current.modified));
    if (precondition == Precondition::not_modified) return std::move(response.status(304));

    const std::int64_t size = status.st_size;
    const auto selection = select(request, current, size);
    response.status(selection.status).header("Accept-Ranges", "bytes");
    if (selection.status == 416) {
        response.header("Content-Range", "bytes */" + std::to_string(size));
        response.body("text/plain; charset=utf-8", "Range Not Satisfiable\n");
        return response;
    }
    if (selection.status == 206) {
        response.header("Content-Range",
                        "bytes " + std::to_string(selection.offset) + "-" +
                            std::to_string(selection.offset + selection.length - 1) + "/" +
                            std::to_string(size));
    }
    response.header("Content-Type", mime_type(path));
    response.body() = FileBody{std::move(fd), selection.offset, selection.length};
    return response;
}

}  // namespace curfew
