#include "tests/handlers/backends/httpbin.h"

#include "tests/support/process.h"
#include "tests/support/wait_until.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace curfew::tests {

namespace {

/// Debian's packages are for Debian's Python, whatever comes first in PATH.
constexpr const char* python = "/usr/bin/python3";

constexpr const char* program = R"(
from httpbin import app
from werkzeug.serving import make_server

server = make_server('127.0.0.1', 0, app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
)";

class Httpbin {
  public:
    Httpbin() : directory_(make_directory()), process_({python, "-c", program}, directory_, {}) {
        std::string port;
        const auto listens = [&] {
            port = read_file(directory_ / "out");
            return port.ends_with('\n') || process_.ended();
        };
        if (!wait_until(listens) || !port.ends_with('\n')) {
            throw std::runtime_error("httpbin does not start: " + read_file(directory_ / "error"));
        }
        port.pop_back();
        url = "http://127.0.0.1:" + port;
    }
    ~Httpbin() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    Httpbin(const Httpbin&) = delete;
    Httpbin& operator=(const Httpbin&) = delete;

    std::string url;

  private:
    static std::filesystem::path make_directory() {
        std::string path = std::filesystem::temp_directory_path() / "curfew-httpbin-XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp");
        return path;
    }

    std::filesystem::path directory_;
    Process process_;
};

}  // namespace

const std::string& httpbin() {
    static const Httpbin server;
    return server.url;
}

}  // namespace curfew::tests
