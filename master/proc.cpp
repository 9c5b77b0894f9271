#include "master/proc.h"

#include <fstream>
#include <iterator>

namespace curfew::master {

namespace {

std::string read_of(pid_t pid, const char* name) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

char state_of(pid_t pid) {
    // The name before it is in brackets, and may hold brackets.
    const auto stat = read_of(pid, "stat");
    const auto name_end = stat.rfind(") ");
    return name_end == std::string::npos || name_end + 2 >= stat.size() ? '?' : stat[name_end + 2];
}

std::string wait_channel(pid_t pid) {
    auto name = read_of(pid, "wchan");
    return name == "0" ? "" : name;
}

}  // namespace curfew::master
