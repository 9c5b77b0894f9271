#include "tools/laboratory/machine.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
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
            .curfew = CURFEW_VERSION};
}

}  // namespace curfew::laboratory
