#include "handlers/base/unique_fd.h"
#include "tools/impairment/control.h"
#include "tools/impairment/session.h"
#include "tools/impairment/words.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>

namespace curfew::impairment {

namespace {

constexpr auto help = R"(impair --to ADDRESS [--listen ADDRESS] [--control PATH] [CONDITION...]
    stands before a TCP server and passes everything on, over a network with these conditions.
    Prints the address it listens on (default: a free port of 127.0.0.1) and, on the next line,
    the path of its control socket. Ends on SIGTERM and SIGINT.

impair control PATH COMMAND...
    has a running one do a COMMAND, and prints its answer:
    set CONDITION...      more conditions, also for the connections there are
    hold CONDITION...     over a connection of one's own: more, until that connection ends; with the
                          last one that holds some, all are lifted
    clear [CONDITION...]  those, or all, are lifted (just their names, without the values)
    show                  the conditions in force
    connections           how many there are

tools/impair netem TIME [JITTER], tools/impair netem loss PERCENT, tools/impair netem off
    delays or loses whatever goes over this machine's loopback, in the kernel; needs root and
    sch_netem. netem hold and the rest: only until the standard input ends.

CONDITIONs, both ways or after `up` (to the server) or `down` (to the client):
    latency 100ms      every byte is so late ...
    jitter 20ms        ... give or take so much; the order is kept
    bandwidth 10k      bytes per second
    drip 1/20ms        a byte every 20 ms
    stall 500          silence after 500 bytes; the connection stays open
    reset 500          the connection is reset after 500 bytes; 0: at once
    slow-close 2s      the end of the stream is so late
    black-hole         nothing gets through; new clients reach the kernel, not the server
and, whatever the direction:
    refuse             new clients are refused

Bytes are counted from the start of a connection, or from when the condition was set on it.
)";

struct Options {
    Address listen;
    Address to;
    std::string control;
    Network network;
};

Options parse(std::span<const std::string> arguments) {
    Options options;
    std::string listen = "127.0.0.1:0";
    std::string to;
    options.control = std::filesystem::temp_directory_path() /
                      ("curfew-impair-" + std::to_string(::getpid()) + ".sock");
    while (!arguments.empty() && arguments.front().starts_with("--")) {
        const auto& name = arguments.front();
        auto* const value = name == "--listen"    ? &listen
                            : name == "--to"      ? &to
                            : name == "--control" ? &options.control
                                                  : nullptr;
        if (!value) throw std::invalid_argument("no such option: " + name);
        if (arguments.size() < 2) throw std::invalid_argument(name + " needs a value");
        *value = arguments[1];
        arguments = arguments.subspan(2);
    }
    if (to.empty()) throw std::invalid_argument("--to, the server's address, is missing");
    options.listen = parse_address(listen);
    options.to = parse_address(to);
    options.network = with({}, arguments);
    return options;
}

/// Two for each connection.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Options& options) {
    allow_many_descriptors();
    worker::Loop loop;
    const worker::SignalEvent terminated(loop, SIGTERM, [&] { loop.stop(); });
    const worker::SignalEvent interrupted(loop, SIGINT, [&] { loop.stop(); });
    Proxy proxy(loop, options.listen, options.to, options.network);
    Controlled controlled{.proxy = proxy};
    const Control control(loop, options.control, controlled);
    std::cout << to_text(proxy.address()) << '\n' << options.control << std::endl;
    loop.run();
    return 0;
}

int send_command(std::span<const std::string> arguments) {
    if (arguments.size() < 2) throw std::invalid_argument("control needs a PATH and a COMMAND");
    std::string line;
    for (const auto& word : arguments.subspan(1)) line += (line.empty() ? "" : " ") + word;
    const auto reply = ask(arguments.front(), line);
    if (reply.empty()) throw std::runtime_error(arguments.front() + " does not answer");
    const bool good = reply.starts_with("ok");
    (good ? std::cout : std::cerr) << reply << '\n';
    return good ? 0 : 1;
}

int dispatch(std::span<const std::string> arguments) {
    if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h")) {
        std::cout << help;
        return 0;
    }
    if (!arguments.empty() && arguments.front() == "control") {
        return send_command(arguments.subspan(1));
    }
    return run(parse(arguments));
}

}  // namespace

}  // namespace curfew::impairment

/// Exit status: 0 ended as told; 1 the command or the network failed; 2 wrong words.
int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        return curfew::impairment::dispatch(arguments);
    } catch (const std::invalid_argument& error) {
        std::cerr << "impair: " << error.what() << "; see --help\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "impair: " << error.what() << '\n';
        return 1;
    }
}
