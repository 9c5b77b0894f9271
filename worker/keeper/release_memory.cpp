#include "worker/keeper/release_memory.h"

#include "worker/os/file_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace curfew::worker {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// A line of /proc/self/maps.
struct Mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    bool shared = false;
    bool writable = false;
    std::string_view path;

    [[nodiscard]] bool holds(const void* at) const noexcept {
        const auto address = reinterpret_cast<std::uintptr_t>(at);
        return begin <= address && address < end;
    }

    [[nodiscard]] bool is_unwritten_file() const noexcept {
        return !shared && !writable && path.starts_with('/');
    }
};

/// "7f3bdf020000-7f3bdf082000 r--p 00000000 fe:00 1234   /usr/lib/libc.so.6"
Mapping read_mapping(std::string_view line) noexcept {
    Mapping mapping;
    const char* const end = line.data() + line.size();
    auto at = std::from_chars(line.data(), end, mapping.begin, 16).ptr;
    if (at == end) return {};
    at = std::from_chars(at + 1, end, mapping.end, 16).ptr;
    auto rest = std::string_view(at, static_cast<std::size_t>(end - at));
    mapping.shared = rest.size() > 4 && rest[4] == 's';
    mapping.writable = rest.size() > 2 && rest[2] == 'w';
    for (int field = 0; field < 4; ++field) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    }
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    mapping.path = rest;
    return mapping;
}

bool is_needed(const Mapping& mapping, std::string_view program, const void* stack) noexcept {
    if (mapping.shared || mapping.path == program || mapping.path.starts_with("[v")) return true;
    if (mapping.path.starts_with("[stack") || mapping.holds(stack)) return true;
    if (mapping.holds(__builtin_thread_pointer())) return true;
    const auto name = mapping.path.substr(mapping.path.rfind('/') + 1);
    for (const std::string_view library : {"libc.", "libc-", "libstdc++", "ld-"}) {
        if (name.starts_with(library)) return true;
    }
    return false;
}

/// Calls `visit` with each line of a file.
template <typename Visit>
void for_each_line(int fd, Visit visit) noexcept {
    std::array<char, 8192> buffer;
    std::size_t size = 0;
    ssize_t count = 0;
    while ((count = ::read(fd, buffer.data() + size, buffer.size() - size)) > 0) {
        size += static_cast<std::size_t>(count);
        std::string_view rest(buffer.data(), size);
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            visit(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        size = rest.copy(buffer.data(), rest.size());
        if (size == buffer.size()) return;  // no line is so long
    }
}

/// Returns where the stack of this thread begins, that is, how far down it has been; 0 if unknown.
[[gnu::noinline]] std::uintptr_t unmap_what_is_not_needed() noexcept {
    const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> path;
    std::size_t length = 0;
    std::uintptr_t stack = 0;
    for_each_line(maps, [&](std::string_view line) {
        const auto mapping = read_mapping(line);
        if (mapping.holds(&path)) stack = mapping.begin;
        if (!mapping.holds(reinterpret_cast<const void*>(&release_memory))) return;
        length = mapping.path.copy(path.data(), path.size());
    });
    if (length == 0 || ::lseek(maps, 0, SEEK_SET) != 0) {
        ::close(maps);
        return 0;
    }
    const std::string_view program(path.data(), length);

    // All ranges are collected first, because the file changes with each that is unmapped.
    struct Range {
        std::uintptr_t begin;
        std::size_t size;
    };
    std::array<Range, 512> unneeded;
    std::size_t found = 0;
    std::uintptr_t kept_to = 0;
    const FilePages pages;
    for_each_line(maps, [&](std::string_view line) {
        const auto mapping = read_mapping(line);
        if (found == unneeded.size() || mapping.end <= mapping.begin) return;
        // Zero-initialised variables of a file (.bss) follow its mapping, in one without a name.
        const bool continues = mapping.path.empty() && mapping.begin == kept_to;
        if (continues || is_needed(mapping, program, &found)) {
            kept_to = mapping.end;
            if (mapping.is_unwritten_file()) pages.drop(mapping.begin, mapping.end);
            return;
        }
        unneeded[found++] = {mapping.begin, mapping.end - mapping.begin};
    });
    ::close(maps);
    for (std::size_t i = 0; i < found; ++i) {
        ::munmap(reinterpret_cast<void*>(unneeded[i].begin), unneeded[i].size);
    }
    return stack;
}

/// See ld.so(8).
bool has_preloaded() noexcept {
    const char* const names = std::getenv("LD_PRELOAD");
    return (names && *names != '\0') || ::access("/etc/ld.so.preload", F_OK) == 0;
}

/// Drops the part of the stack below `here`, which calls that have returned have used.
void drop_stack_below(std::uintptr_t here, std::uintptr_t begin) noexcept {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto end = here / page * page - page;  // the callers and madvise() itself need a page
    if (begin == 0 || begin >= end) return;
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

void release_memory() noexcept {
    if (is_sanitized || has_preloaded()) return;
    const auto stack = unmap_what_is_not_needed();
    drop_stack_below(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), stack);
}

}  // namespace curfew::worker
