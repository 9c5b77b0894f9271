#pragma once

#include "request.h"
#include "response.h"

#include <string>

namespace curfew {

/// The regular file at `path` below the directory `root`, with what HTTP clients expect of one:
/// Content-Type by extension, ETag, Last-Modified, preconditions (304, 412), and for GET a single
/// Range with If-Range (206, 416); several ranges get the whole (RFC 9110 sections 13 and 14).
///
/// `path` may come from outside: it is looked up by the kernel beneath `root` (openat2 with
/// RESOLVE_BENEATH), so neither `..`, an absolute path, nor a symbolic link leads out.
/// A leading slash of it means nothing; empty, or a directory, it is not there.
/// Throws HttpError 404 for what is not there, not a regular file, or outside; 403 for what the
/// worker may not read; 412 for a precondition that fails; std::system_error if `root` itself
/// cannot be opened.
[[nodiscard]] Response file(const Request& request, const std::string& root,
                            const std::string& path);

}  // namespace curfew
