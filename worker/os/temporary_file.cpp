#include "worker/os/temporary_file.h"

#include "handlers/context/own_descriptors.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace curfew::worker {

namespace {

const char* directory() noexcept {
    const char* const asked = ::secure_getenv("TMPDIR");
    return asked != nullptr && *asked == '/' ? asked : "/tmp";
}

/// Not every file system knows O_TMPFILE.
UniqueFd nameless_file() noexcept {
    UniqueFd file(::open(directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file.get() >= 0) return file;
    std::array<char, 4096> path;
    std::snprintf(path.data(), path.size(), "%s/curfew-XXXXXX", directory());
    file = UniqueFd(::mkostemp(path.data(), O_CLOEXEC));
    if (file.get() >= 0) ::unlink(path.data());
    return file;
}

}  // namespace

UniqueFd temporary_file(std::string_view text) noexcept {
    auto file = nameless_file();
    while (file.get() >= 0 && !text.empty()) {
        const auto count = ::write(file.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return UniqueFd();
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (file.get() >= 0) protect_descriptor(file.get());
    return file;
}

}  // namespace curfew::worker
