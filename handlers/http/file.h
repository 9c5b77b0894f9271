#pragma once

#include "request.h"
#include "response.h"

#include <string>

namespace curfew {

/// A response with the regular file at `path` below the directory `root`, as HTTP clients expect
/// it: Content-Type by the extension of its name, ETag, Last-Modified, preconditions (304, 412),
/// and for GET a single Range with If-Range (206, 416); for several ranges the whole file (RFC 9110
/// sections 13 and 14).
///
/// `path` may come from outside: the kernel looks it up beneath `root` (openat2 with
/// RESOLVE_BENEATH), so neither `..` nor an absolute path nor a symbolic link leads out. A leading
/// slash is ignored. An empty path, or that of a directory, is not found.
///
/// Throws HttpError: 404 if the file does not exist, is not a regular file, or is outside of
/// `root`; 403 if the worker has no right to read it; 412 if a precondition fails. Throws
/// std::system_error if `root` cannot be opened. Safe from any thread and fiber.
[[nodiscard]] Response file(const Request& request, const std::string& root,
                            const std::string& path);

}  // namespace curfew
