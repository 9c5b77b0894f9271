#include "tools/laboratory/servers/peer_programs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace curfew::laboratory {

namespace {

constexpr std::string_view socket_name = "server.sock";

std::string seconds(std::chrono::milliseconds limit) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(limit).count());
}

/// As root, the workers must run as root, too: by default those of nginx and php-fpm run as a user
/// that may not read our files.
std::string as_root(const std::string& line) { return ::geteuid() == 0 ? line : ""; }

Program gunicorn(const Peer& peer, const PeerSetup& setup, std::uint16_t port) {
    return {.command = {path_of("gunicorn"), "--bind", fmt::format("127.0.0.1:{}", port),
                        "--workers", std::to_string(setup.workers), "--worker-class",
                        peer.worker_class, "--timeout", seconds(setup.limit), "--worker-tmp-dir",
                        ".", "--pythonpath", CURFEW_PEERS, "app:application"}};
}

Program uwsgi(const PeerSetup& setup, std::uint16_t port) {
    return {.command = {path_of("uwsgi"), "--need-plugin", "python3", "--http-socket",
                        fmt::format("127.0.0.1:{}", port), "--master", "--processes",
                        std::to_string(setup.workers), "--harakiri", seconds(setup.limit),
                        "--need-app", "--single-interpreter", "--pythonpath", CURFEW_PEERS,
                        "--wsgi-file", CURFEW_PEERS "/app.py", "--disable-logging"}};
}

Program php_fpm(const PeerSetup& setup) {
    const auto config = fmt::format(
        "[global]\n"
        "error_log = /proc/self/fd/2\n"
        "[lab]\n"
        "listen = {}\n"
        "{}"
        "pm = static\n"
        "pm.max_children = {}\n"
        "request_terminate_timeout = {}s\n"
        "clear_env = no\n"
        "php_admin_value[ffi.enable] = true\n"
        "php_admin_value[max_execution_time] = 0\n",
        socket_name, as_root("user = root\ngroup = root\n"), setup.workers, seconds(setup.limit));
    Program program{.command = {path_of("php-fpm"), "--nodaemonize", "--prefix", ".",
                                "--fpm-config", "php-fpm.conf"},
                    .files = {{"php-fpm.conf", config}}};
    if (::geteuid() == 0) program.command.emplace_back("--allow-to-run-as-root");
    return program;
}

Program curfew_without_limits(const PeerSetup& setup) {
    return {.command = {CURFEW_BINARY, "--app", CURFEW_DEMO, "--bind",
                        fmt::format("unix:{}", socket_name), "--workers",
                        std::to_string(setup.workers), "--harakiri", "off"}};
}

/// `location`: what it does with every request.
std::string nginx_config(std::uint16_t port, const std::string& location) {
    return fmt::format(
        "daemon off;\n"
        "{}"
        "pid nginx.pid;\n"
        "error_log stderr;\n"
        "events {{ worker_connections 512; }}\n"
        "http {{\n"
        "    access_log off;\n"
        "    client_body_temp_path body;\n"
        "    proxy_temp_path proxy;\n"
        "    fastcgi_temp_path fastcgi;\n"
        "    uwsgi_temp_path uwsgi;\n"
        "    scgi_temp_path scgi;\n"
        "    server {{\n"
        "        listen 127.0.0.1:{};\n"
        "        location / {{\n"
        "{}"
        "        }}\n"
        "    }}\n"
        "}}\n",
        as_root("user root;\n"), port, location);
}

std::string to_php(const std::filesystem::path& server) {
    return fmt::format(
        "            fastcgi_pass unix:{}/{};\n"
        "            fastcgi_read_timeout 1h;\n"
        "            fastcgi_param SCRIPT_FILENAME " CURFEW_PEERS
        "/app.php;\n"
        "            fastcgi_param REQUEST_METHOD $request_method;\n"
        "            fastcgi_param REQUEST_URI $request_uri;\n"
        "            fastcgi_param QUERY_STRING $query_string;\n",
        server.string(), socket_name);
}

std::string to_curfew(const std::filesystem::path& server, std::chrono::milliseconds limit) {
    return fmt::format(
        "            proxy_pass http://unix:{}/{}:;\n"
        "            proxy_read_timeout {}ms;\n",
        server.string(), socket_name, limit.count());
}

/// What a user has set for servers of their own is not for ours.
void add_environment(Program& program, const PeerSetup& setup) {
    program.environment = setup.environment;
    program.environment.insert({{"GUNICORN_CMD_ARGS", ""}, {"PYTHONDONTWRITEBYTECODE", "1"}});
}

}  // namespace

Program application_server(const Peer& peer, const PeerSetup& setup, std::uint16_t port) {
    auto program = peer.group == "gunicorn"  ? gunicorn(peer, setup, port)
                   : peer.group == "uwsgi"   ? uwsgi(setup, port)
                   : peer.group == "php-fpm" ? php_fpm(setup)
                                             : curfew_without_limits(setup);
    add_environment(program, setup);
    return program;
}

bool needs_proxy(const Peer& peer) { return peer.group == "php-fpm" || peer.group == "nginx"; }

Program proxy(const Peer& peer, const PeerSetup& setup, std::uint16_t port,
              const std::filesystem::path& server) {
    const auto location = peer.group == "php-fpm" ? to_php(server) : to_curfew(server, setup.limit);
    return {.command = {path_of("nginx"), "-p", "./", "-e", "stderr", "-c", "nginx.conf"},
            .files = {{"nginx.conf", nginx_config(port, location)}}};
}

std::string path_of(const std::string& program) {
    const char* const path = std::getenv("PATH");
    std::istringstream places(std::string(path ? path : "/usr/bin") + ":/usr/sbin:/usr/local/sbin");
    std::string versioned;
    for (std::string place; std::getline(places, place, ':');) {
        const auto found = place + "/" + program;
        if (::access(found.c_str(), X_OK) == 0) return found;
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(place, ignored)) {
            const auto name = entry.path().filename().string();
            const bool is_version =
                name.starts_with(program) && name.size() > program.size() &&
                name.find_first_not_of("0123456789.", program.size()) == std::string::npos;
            if (is_version) versioned = std::max(versioned, entry.path().string());
        }
    }
    return versioned;
}

}  // namespace curfew::laboratory
