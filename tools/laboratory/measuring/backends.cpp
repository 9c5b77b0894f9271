#include "tools/laboratory/measuring/backends.h"

#include "tools/support/wait_until.h"

#include <algorithm>
#include <sstream>
#include <vector>

namespace curfew::laboratory {

namespace {

constexpr auto nobody = "127.0.0.1:1";

/// As tools/backends calls it.
std::string name_of(Backend backend) { return backend == Backend::cache ? "memcached" : "mariadb"; }

/// tools/backends ends when the server runs; that stays, as an orphan of the same guardian.
Program starter(Backend backend) {
    const auto name = name_of(backend);
    return {.command = {"sh", "-c", "\"$0\" start $1 >&2 && \"$0\" env $1",
                        CURFEW_SOURCE "/tools/backends", name},
            .environment = {{"CURFEW_BACKENDS_DIR", "."}}};
}

/// "export A=1 B=2\n"
std::map<std::string, std::string> variables_in(const std::string& exports) {
    std::map<std::string, std::string> found;
    std::istringstream words(exports);
    for (std::string word; words >> word;) {
        if (const auto equals = word.find('='); equals != std::string::npos) {
            found[word.substr(0, equals)] = word.substr(equals + 1);
        }
    }
    return found;
}

/// The first line of a message says what has failed, and the last one mostly says why.
std::string in_one_line(const std::string& words) {
    std::istringstream text(words);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
        if (!line.empty()) lines.push_back(line);
    }
    if (lines.empty()) return "tools/backends does not say why";
    return lines.size() == 1 ? lines[0] : lines.front() + " " + lines.back();
}

}  // namespace

Backends::Backends(const std::set<Backend>& wanted, const std::atomic<bool>& interrupted) {
    options_.cache.servers = {nobody};
    options_.db.address = nobody;
    for (const auto backend : {Backend::cache, Backend::db}) {
        if (!wanted.contains(backend)) continue;
        servers_[backend] = std::make_unique<ScopedProgram>(starter(backend));
    }
    constexpr auto a_while = std::chrono::minutes(2);  // that of an installation included
    static_cast<void>(tools::wait_until(
        [&] {
            return interrupted || std::ranges::all_of(servers_, [](const auto& server) {
                       return server.second->ended();
                   });
        },
        a_while));
    if (interrupted) return;
    for (const auto& [backend, server] : servers_) learn(backend, *server);
}

void Backends::learn(Backend backend, const ScopedProgram& server) {
    const auto said = variables_in(tools::read_file(server.directory() / "out"));
    if (!server.ended() || said.empty()) {
        missing_[backend] = in_one_line(tools::read_file(server.directory() / "error"));
    } else if (backend == Backend::cache) {
        options_.cache.servers = {said.at("CURFEW_CACHE_SERVERS")};
    } else {
        options_.db.address = said.at("CURFEW_DB_ADDRESS");
        options_.db.user = said.at("CURFEW_DB_USER");
        options_.db.password = said.at("CURFEW_DB_PASSWORD");
        options_.db.database = said.at("CURFEW_DB_DATABASE");
    }
}

}  // namespace curfew::laboratory
