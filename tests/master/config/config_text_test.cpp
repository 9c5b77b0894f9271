#include "master/config/text.h"
#include "tests/master/config/configured.h"

#include <algorithm>

namespace curfew::master {

using namespace std::chrono_literals;

namespace {

/// The parts of the lines of --help that name a flag: "-t, --timeout TIME".
std::vector<std::string> flags_in_help() {
    std::vector<std::string> flags;
    for (const std::string& line : split(invoke({"--help"}).text, '\n')) {
        const std::size_t start = line.find_first_not_of(' ');
        if (start == std::string::npos || start > 6 || line[start] != '-') continue;
        flags.push_back(line.substr(start, line.find("  ", start) - start));
    }
    return flags;
}

/// Every value that the file can hold, different from its default.
Options unusual() {
    Options o;
    o.bind = {"[::1]:81", R"(unix:/tmp/"odd" \name)"};
    o.backlog = 7;
    o.workers = 3;
    o.boot_timeout = 1500ms;
    o.post_mortem = 0s;
    o.user = "www";
    o.group = "web";
    o.umask = "027";
    o.chdir = "/srv";
    o.pidfile = "/run/c.pid";
    o.proc_name = "größe\tshop";
    o.error_logfile = "/e.log";
    o.log_level = "debug";
    o.worker.app = "./demo.so";
    o.worker.worker_class = worker::Class::threads;
    o.worker.threads = 8;
    o.worker.fiber_stack = 300 << 10;
    o.worker.helpers = 9;
    o.worker.worker_connections = 9;
    o.worker.client_connections = 8;
    o.worker.max_requests = 10;
    o.worker.max_requests_jitter = 11;
    o.worker.max_abandoned = 12;
    o.worker.memory_limit = 512 << 20;
    o.worker.timeout = 0s;
    o.worker.harakiri = Harakiri::log;
    o.worker.cpu_limit = 8s;
    o.worker.circuit_breaker = 33;
    o.worker.circuit_breaker_window = 11s;
    o.worker.harakiri_ceiling = 7min;
    o.harakiri_grace = 250ms;
    o.retry_idempotent = Retry::always;
    o.worker.slow_request_limit = 3s;
    o.worker.graceful_timeout = 2min;
    o.worker.keepalive = 1h;
    o.worker.header_timeout = 12ms;
    o.worker.body_timeout = 90s;
    o.worker.body_min_rate = 2048;
    o.worker.write_timeout = 61min;
    o.worker.timeout_header = "X-Budget";
    o.worker.forwarded_allow_ips = {"10.0.0.1", "*"};
    o.worker.max_queue_time = 7s;
    o.worker.limit_request_line = 1000;
    o.worker.limit_request_fields = 1024;
    o.worker.limit_request_field_size = 4096;
    o.worker.limit_request_body = std::size_t{3} << 30;
    o.worker.access_logfile = "-";
    o.worker.access_log_format = "json";
    o.worker.backends.http = {61s, 62s, 3, 4096, "Time-Left"};
    o.worker.backends.cache = {{"[::1]:1", "unix:/run/mc"}, 63s, 64s, 4, 5};
    o.worker.backends.db = {"unix:/run/db", "who", "s\"cret", "", "what", 65s, 66s, 0, 6};
    o.worker.routes = {{"/a", 5s, 10s, "thread", 0s},
                       {"/b/:id", 1ms, {}},
                       {"/\"c\"", {}, 1min},
                       {"/d", {}, {}, "", {}, "", 0s},
                       {"/e", {}, 2s, "", {}, "", {}, Harakiri::log},
                       {"/f", {}, {}, "", {}, "", {}, Harakiri::off}};
    return o;
}

/// The lines of a printed configuration that set something, each with its table: "db_user = ...".
std::vector<std::string> settings_in(const std::string& text) {
    std::vector<std::string> settings;
    std::string table;
    for (const std::string& line : split(text, '\n')) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with('[')) {
            table = line.substr(1, line.find(']') - 1) + "_";
        } else {
            settings.push_back(table + line);
        }
    }
    return settings;
}

}  // namespace

TEST_CASE("the printed configuration has every option that --help has") {
    const std::vector<std::string> settings = settings_in(print_config({}));

    // Less --config and the four actions, which are not in the file.
    CHECK(settings.size() == flags_in_help().size() - 5);
}

TEST_CASE("the defaults survive being printed and read") {
    const std::string printed = print_config({});

    const TemporaryFile file{printed};

    CHECK(invoke({"--print-config", "-c", file.path()}).text == printed);
}

TEST_CASE(
    "unusual values differ from the defaults in every line, and survive being printed and read") {
    const std::string printed = print_config(unusual());
    const std::vector<std::string> usual = settings_in(print_config({}));
    const std::vector<std::string> settings = settings_in(printed);

    const TemporaryFile file{printed};
    const Options read = invoke({"-c", file.path()}).options;

    REQUIRE(settings.size() > usual.size());
    for (std::size_t i = 0; i < usual.size(); ++i) {
        // It may not be given beside the password; see the next test.
        if (!usual[i].starts_with("db_password_file ")) CHECK(settings[i] != usual[i]);
    }
    CHECK(print_config(read) == printed);
    CHECK(read.bind == unusual().bind);
    CHECK(read.proc_name == unusual().proc_name);
    CHECK(read.worker.worker_class == worker::Class::threads);
    CHECK(read.worker.timeout == 0s);
    CHECK(read.worker.header_timeout == 12ms);
    CHECK(read.worker.limit_request_body == std::size_t{3} << 30);
    REQUIRE(read.worker.routes.size() == 6);
    CHECK(read.worker.routes[0].harakiri == 10s);
    CHECK(read.worker.routes[0].strategy == "thread");
    CHECK(read.worker.routes[0].slow_request_limit == 0s);
    CHECK(read.worker.routes[1].limit == 1ms);
    CHECK(!read.worker.routes[1].harakiri);
    CHECK(read.worker.routes[2].pattern == "/\"c\"");
    CHECK(read.worker.routes[3].cpu_limit == 0s);
    CHECK(read.worker.routes[4].harakiri == 2s);
    CHECK(read.worker.routes[4].harakiri_mode == Harakiri::log);
    CHECK(read.worker.routes[5].harakiri_mode == Harakiri::off);
    CHECK(!read.worker.routes[5].harakiri);
}

TEST_CASE("the password file survives being printed and read, and the password stays out") {
    Options options;
    options.worker.backends.db.password_file = "/run/secret";

    const TemporaryFile file{print_config(options)};
    const DbOptions read = invoke({"-c", file.path(), "demo"}).options.worker.backends.db;

    CHECK(read.password_file == "/run/secret");
    CHECK(read.password.empty());
}

TEST_CASE("what is printed is what is in force, from whichever layer") {
    const std::string printed =
        invoke({"--print-config", "-w", "3", "--threads", "2"}, {{"CURFEW_TIMEOUT", "0.25"}}).text;
    const std::vector<std::string> settings = settings_in(printed);
    const auto has = [&settings](const std::string& line) {
        return std::ranges::find(settings, line) != settings.end();
    };

    CHECK(has("workers = 3"));
    CHECK(has("timeout = \"250ms\""));
    CHECK(has("worker_class = \"threads\""));
}

TEST_CASE("the help shows flags, placeholders, ranges and defaults") {
    const std::string help = invoke({"--help"}).text;

    CHECK(help.find("\n  -w, --workers N               Worker processes (1 to 512) [1]\n") !=
          std::string::npos);
    CHECK(help.find("\n      --limit-request-field-size SIZE\n"
                    "                                Bytes in one header field") !=
          std::string::npos);
    for (const std::string& line : split(help, '\n')) CHECK(line.size() <= 96);
}

}  // namespace curfew::master
