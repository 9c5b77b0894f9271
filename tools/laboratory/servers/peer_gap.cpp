#include "tools/laboratory/servers/peer.h"
#include "tools/laboratory/servers/peer_programs.h"

#include <fmt/format.h>

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

namespace curfew::laboratory {

namespace {

struct Need {
    std::string what;
    std::string package;
    std::string shell;  ///< succeeds if it is there
};

Need program(const std::string& name, const std::string& package) {
    return {name, package, fmt::format("test -x '{}'", path_of(name))};
}

Need module_of_python(const std::string& name, const std::string& package) {
    return {"Python's module " + name, package,
            fmt::format(
                "/usr/bin/python3 -c 'import importlib.util as i; exit(not i.find_spec(\"{}\"))'",
                name)};
}

Need module_of_php(const std::string& name, const std::string& package) {
    return {"PHP's module " + name, package,
            fmt::format("'{}' -m | grep -qx {}", path_of("php-fpm"), name)};
}

std::vector<Need> needs_of(const Peer& peer) {
    const bool is_python = peer.group == "gunicorn" || peer.group == "uwsgi";
    const bool is_php = peer.group == "php-fpm";
    std::vector<Need> needs;
    if (peer.group == "gunicorn") needs.push_back(program("gunicorn", "gunicorn"));
    if (peer.group == "uwsgi") {
        needs.push_back(program("uwsgi", "uwsgi-core"));
        needs.push_back({"uWSGI's plugin for Python", "uwsgi-plugin-python3",
                         fmt::format("'{}' --need-plugin python3 --version", path_of("uwsgi"))});
    }
    if (is_python) {
        needs.push_back(module_of_python("pymysql", "python3-pymysql"));
        needs.push_back(module_of_python("pymemcache", "python3-pymemcache"));
    }
    if (peer.worker_class == "gevent")
        needs.push_back(module_of_python("gevent", "python3-gevent"));
    if (peer.strategy == "stopit") needs.push_back(module_of_python("stopit", "python3-stopit"));
    if (is_php) {
        needs.push_back(program("php-fpm", "php-fpm"));
        needs.push_back(module_of_php("mysqli", "php-mysql"));
        needs.push_back(module_of_php("memcached", "php-memcached"));
        needs.push_back(module_of_php("curl", "php-curl"));
        needs.push_back(module_of_php("FFI", "php-common"));
    }
    if (is_php || peer.group == "nginx") needs.push_back(program("nginx", "nginx-light"));
    return needs;
}

bool is_there(const Need& need) {
    const int status = std::system(("( " + need.shell + " ) >/dev/null 2>&1 </dev/null").c_str());
    // This program does not hear of Ctrl-C meanwhile.
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) std::raise(SIGINT);
    return status == 0;
}

}  // namespace

std::optional<Gap> gap_of(const Peer& peer) {
    std::vector<std::string> missing;
    std::vector<std::string> packages;
    for (const auto& need : needs_of(peer)) {
        if (is_there(need)) continue;
        missing.push_back(need.what);
        packages.push_back(need.package);
    }
    if (missing.empty()) return {};
    return Gap{.what = peer.name,
               .why = fmt::format("there is no {}; Debian has it in {}",
                                  fmt::join(missing, ", no "), fmt::join(packages, ", "))};
}

}  // namespace curfew::laboratory
