#include "tools/laboratory/measuring/machine.h"

#include "handlers/base/fnv1a.h"

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
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

/// FNV-1a of what is in a file.
std::uint64_t hash(std::uint64_t start, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path + ": cannot be read; build it first");
    return std::accumulate(std::istreambuf_iterator(file), {}, start,
                           [](std::uint64_t sum, char byte) {
                               return fnv1a(sum, std::uint64_t{static_cast<unsigned char>(byte)});
                           });
}

/// What the other servers run.
std::set<std::string> programs_of_peers() {
    std::set<std::string> all;
    for (const auto& each :
         std::filesystem::directory_iterator(CURFEW_SOURCE "/tools/laboratory/peers")) {
        if (each.is_regular_file()) all.insert(each.path());
    }
    return all;
}

/// Of what is measured, and what measures; there is no revision to ask for outside of a repository.
std::string build() {
    std::uint64_t sum = fnv1a_basis;
    for (const auto* const each : {CURFEW_BINARY, CURFEW_DEMO, CURFEW_IMPAIR, "/proc/self/exe"}) {
        sum = hash(sum, each);
    }
    for (const auto& each : programs_of_peers()) sum = hash(sum, each);
    return fmt::format("{:016x}", sum);
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
