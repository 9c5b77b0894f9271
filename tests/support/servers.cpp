#include "tests/support/servers.h"

#include "handlers/backends/configure.h"

#include <stdio.h>
#include <stdlib.h>

#include <array>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

namespace curfew::tests {

namespace {

using Pipe = std::unique_ptr<FILE, int (*)(FILE*)>;

Pipe shell(const std::string& command, const char* mode) {
    Pipe pipe(::popen(command.c_str(), mode), ::pclose);
    if (!pipe) throw std::runtime_error("popen");
    return pipe;
}

std::string output_of(const std::string& command) {
    const Pipe pipe = shell(command, "re");
    std::string text;
    std::array<char, 256> part{};
    while (::fgets(part.data(), part.size(), pipe.get()) != nullptr) text += part.data();
    return text;
}

/// A directory, the servers in it, and a shell that outlives this program to end both.
class Servers {
  public:
    Servers()
        : directory_(make_directory()),
          guardian_(shell(
              "trap '' INT TERM HUP; read line; " + tool("stop") + "; rm -rf '" + directory_ + "'",
              "we")) {
        std::istringstream words(output_of(tool("start") + " >&2 && eval \"$(" + tool("env") +
                                           ")\" && echo $CURFEW_CACHE_SERVERS $CURFEW_DB_ADDRESS "
                                           "$CURFEW_DB_USER $CURFEW_DB_PASSWORD "
                                           "$CURFEW_DB_DATABASE"));
        DbOptions& db = options.db;
        words >> options.cache.servers.at(0) >> db.address >> db.user >> db.password >> db.database;
        if (!words) throw std::runtime_error("the servers do not start");
    }

    BackendOptions options;

  private:
    static std::string make_directory() {
        std::string path = "/tmp/curfew-backends-XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp");
        return path;
    }

    [[nodiscard]] std::string tool(const std::string& verb) const {
        return "CURFEW_BACKENDS_DIR='" + directory_ + "' '" CURFEW_SOURCE "/tools/backends' " +
               verb;
    }

    std::string directory_;
    Pipe guardian_;
};

}  // namespace

const BackendOptions& real_servers() {
    static const Servers servers;
    return servers.options;
}

Configured::Configured(const BackendOptions& options) { configure_backends(options); }

Configured::~Configured() { configure_backends(real_servers()); }

}  // namespace curfew::tests
