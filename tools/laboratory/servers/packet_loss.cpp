#include "tools/laboratory/servers/packet_loss.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace curfew::laboratory {

namespace {

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Pipe open_pipe() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return {.read = UniqueFd(ends[0]), .write = UniqueFd(ends[1])};
}

/// In a session of its own, where the terminal's Ctrl-C does not reach it.
pid_t start_netem(int percent, int input, int output) {
    std::string program = CURFEW_NETEM;
    std::string hold = "hold";
    std::string loss = "loss";
    std::string share = std::to_string(percent) + "%";
    std::array<char*, 5> arguments{program.data(), hold.data(), loss.data(), share.data(), nullptr};

    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, program.c_str(), &files, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error(program + " does not start: " + ::strerror(error));
    return pid;
}

/// The first line; less if there is no whole one.
std::string read_line(int fd) {
    std::string line;
    for (char next = 0; ::read(fd, &next, 1) == 1 && next != '\n';) line += next;
    return line;
}

}  // namespace

PacketLoss::PacketLoss(int percent) {
    auto input = open_pipe();
    auto output = open_pipe();
    netem_ = start_netem(percent, input.read.get(), output.write.get());
    hold_ = std::move(input.write);
    output.write.reset();

    const auto said = read_line(output.read.get());
    if (said.find(" are now lost") != std::string::npos) return;
    hold_.reset();
    ::waitpid(netem_, nullptr, 0);
    const std::string before = "netem: ";
    throw std::runtime_error(said.starts_with(before) ? said.substr(before.size()) : said);
}

PacketLoss::~PacketLoss() {
    hold_.reset();
    ::waitpid(netem_, nullptr, 0);
}

}  // namespace curfew::laboratory
