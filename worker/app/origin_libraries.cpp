#include "worker/app/origin_libraries.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <system_error>

namespace curfew::worker {

namespace {

namespace fs = std::filesystem;
using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Entry = ElfW(Dyn);

/// More than any file that is not broken has.
constexpr std::size_t most_bytes = std::size_t{64} << 20;

/// What lies in the file from there on; empty if it does not.
template <typename Item>
std::vector<Item> read_items(int fd, std::size_t offset, std::size_t bytes) {
    if (bytes > most_bytes) return {};
    std::vector<Item> items(bytes / sizeof(Item));
    const auto wanted = items.size() * sizeof(Item);
    const auto count = ::pread(fd, items.data(), wanted, static_cast<off_t>(offset));
    if (count < 0 || static_cast<std::size_t>(count) != wanted) items.clear();
    return items;
}

/// The dynamic section, and the strings that it refers to.
struct Dynamic {
    std::vector<Entry> entries;
    std::vector<char> strings;

    explicit Dynamic(int fd) {
        const auto header = read_items<Header>(fd, 0, sizeof(Header));
        if (header.empty() || std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) != 0) return;
        if (header[0].e_phentsize != sizeof(Segment)) return;
        const auto segments =
            read_items<Segment>(fd, header[0].e_phoff, header[0].e_phnum * sizeof(Segment));
        for (const auto& segment : segments) {
            if (segment.p_type != PT_DYNAMIC) continue;
            entries = read_items<Entry>(fd, segment.p_offset, segment.p_filesz);
        }
        const auto address = value_of(DT_STRTAB);
        for (const auto& segment : segments) {
            const bool holds = segment.p_type == PT_LOAD && segment.p_vaddr <= address &&
                               address - segment.p_vaddr < segment.p_filesz;
            if (!holds) continue;
            strings = read_items<char>(fd, segment.p_offset + (address - segment.p_vaddr),
                                       value_of(DT_STRSZ));
        }
        if (!strings.empty()) strings.back() = '\0';
    }

    [[nodiscard]] std::size_t value_of(decltype(Entry::d_tag) tag) const noexcept {
        for (const auto& entry : entries) {
            if (entry.d_tag == tag) return entry.d_un.d_val;
        }
        return 0;
    }

    [[nodiscard]] std::string_view string_at(std::size_t offset) const noexcept {
        return offset < strings.size() ? std::string_view(strings.data() + offset)
                                       : std::string_view();
    }
};

/// Empty if it does not begin with $ORIGIN.
std::string expand(std::string_view path, const fs::path& origin) {
    for (const std::string_view token : {"$ORIGIN", "${ORIGIN}"}) {
        if (path.starts_with(token)) {
            return origin.string() + std::string(path.substr(token.size()));
        }
    }
    return {};
}

std::vector<fs::path> search_path(const Dynamic& dynamic, const fs::path& origin) {
    std::vector<fs::path> directories;
    auto rest = dynamic.string_at(dynamic.value_of(DT_RUNPATH));
    if (rest.empty()) rest = dynamic.string_at(dynamic.value_of(DT_RPATH));
    while (!rest.empty()) {
        const auto one = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        if (auto directory = expand(one, origin); !directory.empty()) {
            directories.emplace_back(std::move(directory));
        }
    }
    return directories;
}

}  // namespace

std::vector<fs::path> origin_libraries(int fd, const fs::path& origin) {
    const Dynamic dynamic(fd);
    const auto directories = search_path(dynamic, origin);
    std::vector<fs::path> found;
    for (const auto& entry : dynamic.entries) {
        if (entry.d_tag == DT_NULL) break;
        if (entry.d_tag != DT_NEEDED) continue;
        const auto name = dynamic.string_at(entry.d_un.d_val);
        if (name.empty() || name.find('/') != name.npos) continue;
        for (const auto& directory : directories) {
            std::error_code ignored;
            if (!fs::exists(directory / name, ignored)) continue;
            found.push_back(directory / name);
            break;
        }
    }
    return found;
}

}  // namespace curfew::worker
