#include "tests/support/control_group.h"

#include "tests/support/process.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace curfew::tests {

namespace {

namespace fs = std::filesystem;

const fs::path mount = "/sys/fs/cgroup";

/// Ours if our children's memory may be limited, or the nearest above of which that is true.
fs::path nearest_with_memory() {
    std::istringstream groups(read_file("/proc/self/cgroup"));
    for (std::string line; std::getline(groups, line);) {
        if (!line.starts_with("0::")) continue;
        auto directory = mount / fs::path(line.substr(3)).relative_path();
        for (; directory.native().size() >= mount.native().size();
             directory = directory.parent_path()) {
            std::istringstream controllers(read_file(directory / "cgroup.subtree_control"));
            for (std::string name; controllers >> name;) {
                if (name == "memory") return directory;
            }
        }
    }
    return {};
}

bool write(const fs::path& file, const std::string& text) {
    std::ofstream stream(file);
    stream << text << std::flush;
    return stream.good();
}

}  // namespace

ControlGroup::ControlGroup(std::size_t memory) {
    const auto parent = nearest_with_memory();
    if (parent.empty()) {
        missing_ = "no control group of version 2 here limits memory";
        return;
    }
    const auto directory = parent / ("curfew-test-" + std::to_string(::getpid()));
    if (::mkdir(directory.c_str(), 0755) != 0) {
        missing_ = "cannot make " + directory.string() + ": " + std::strerror(errno);
        return;
    }
    directory_ = directory;
    write(directory / "memory.swap.max", "0");  // there may be no swap at all
    if (!write(directory / "memory.max", std::to_string(memory))) {
        missing_ = "cannot limit the memory of " + directory.string();
    }
}

ControlGroup::~ControlGroup() {
    if (!directory_.empty()) ::rmdir(directory_.c_str());
}

void ControlGroup::join() const {
    if (write(directory_ / "cgroup.procs", "0")) return;
    throw std::runtime_error("cannot join " + directory_.string());
}

}  // namespace curfew::tests
