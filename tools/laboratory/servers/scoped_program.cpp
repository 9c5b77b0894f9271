#include "tools/laboratory/servers/scoped_program.h"

#include "handlers/timeouts/processes/proc_children.h"
#include "tools/laboratory/servers/guardian.h"
#include "tools/support/wait_until.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

std::function<void()> preparation(const Program& program, const std::filesystem::path& directory) {
    return [&program, directory, starter = ::getpid()] {
        split_off_guardian(starter, directory);
        ::setenv("TMPDIR", directory.c_str(), 1);  // whatever it forgets there goes, too
        for (const auto& [name, value] : program.environment) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
        constexpr rlimit no_cores{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_cores);
    };
}

}  // namespace

OwnDirectory::OwnDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "curfew-lab-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
}

// Delegates: so that the directory goes if one of its files cannot be written.
OwnDirectory::OwnDirectory(const std::map<std::string, std::string>& files) : OwnDirectory() {
    for (const auto& [name, text] : files) {
        std::ofstream file(path_ / name);
        file << text;
        file.close();
        if (!file) throw std::runtime_error((path_ / name).string() + ": cannot be written");
    }
}

OwnDirectory::~OwnDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

ScopedProgram::ScopedProgram(const Program& program)
    : directory_(program.files),
      guardian_(program.command, directory(), preparation(program, directory())) {
    const auto is_known = [this] {
        std::istringstream text(tools::read_file(directory() / "pid"));
        return (text >> pid_ && text.get() == '\n') || guardian_.ended();
    };
    if (!tools::wait_until(is_known) || pid_ == 0) {
        const auto told = words();
        end();
        throw std::runtime_error(program.command.at(0) + " cannot be tried: " + told);
    }
}

ScopedProgram::~ScopedProgram() { end(); }

/// The guardian takes all that it has adopted with it.
void ScopedProgram::end() {
    guardian_.kill(SIGTERM);
    (void)tools::wait_until([this] { return guardian_.ended(); });
}

std::vector<pid_t> ScopedProgram::children() const {
    auto found = children_of(pid_);
    std::erase_if(found, [](pid_t child) { return !tools::is_alive(child); });
    return found;
}

std::vector<pid_t> ScopedProgram::orphans() const {
    auto found = children_of(guardian_.pid());
    std::erase_if(found, [this](pid_t each) { return each == pid_ || !tools::is_alive(each); });
    return found;
}

std::vector<pid_t> ScopedProgram::processes() const {
    std::vector<pid_t> all{guardian_.pid()};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const pid_t child : children_of(all[i])) all.push_back(child);
    }
    return all;
}

std::string ScopedProgram::words() const {
    return tools::read_file(directory() / "out") + tools::read_file(directory() / "error");
}

}  // namespace curfew::laboratory
