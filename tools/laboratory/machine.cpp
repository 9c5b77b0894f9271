#include "tools/laboratory/machine.h"

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

namespace curfew::laboratory {

namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
    }
    return "unknown";
}

/// FNV-1a, 64 bits.
std::uint64_t hash(std::uint64_t start, const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(std::string(path) + ": cannot be read; build it first");
    return std::accumulate(std::istreambuf_iterator(file), {}, start,
                           [](std::uint64_t sum, char byte) {
                               return (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
                           });
}

/// Of what is measured; there is no revision to ask for outside of a repository.
std::string build() {
    constexpr std::uint64_t offset_basis = 0xcbf29ce484222325;
    return fmt::format("{:016x}", hash(hash(offset_basis, CURFEW_BINARY), CURFEW_DEMO));
}

}  // namespace

Machine this_machine() {
    utsname kernel{};
    ::uname(&kernel);
    struct sysinfo memory {};
    ::sysinfo(&memory);
    return {.kernel = kernel.release,
            .processor = processor(),
            .cores = static_cast<int>(std::thread::hardware_concurrency()),
            .memory_mib = static_cast<int>(memory.totalram * memory.mem_unit >> 20),
            .curfew = CURFEW_VERSION,
            .build = build()};
}

}  // namespace curfew::laboratory
