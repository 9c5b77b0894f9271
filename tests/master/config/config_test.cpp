#include "tests/master/config/configured.h"

#include <array>

namespace curfew::master {

using namespace std::chrono_literals;

TEST_CASE("without anything else, the defaults are in force") {
    const Options defaults;

    const Options options = invoke({"demo"}).options;

    CHECK(options.worker.app == "demo");
    CHECK(options.bind == defaults.bind);
    CHECK(options.workers == defaults.workers);
    CHECK(options.worker.timeout == defaults.worker.timeout);
    CHECK(options.config_file.empty());
}

TEST_CASE("the file beats the default") {
    const Options options = configured("timeout = '10s'\nworkers = 2");

    CHECK(options.worker.timeout == 10s);
    CHECK(options.workers == 2);
}

TEST_CASE("the environment beats the file") {
    const Options options = configured("timeout = '10s'\nworkers = 2", {{"CURFEW_TIMEOUT", "20s"}});

    CHECK(options.worker.timeout == 20s);
    CHECK(options.workers == 2);
}

TEST_CASE("a flag beats the environment and the file") {
    const Options options =
        configured("timeout = '10s'\nworkers = 2\nbacklog = 5",
                   {{"CURFEW_TIMEOUT", "20s"}, {"CURFEW_WORKERS", "3"}}, {"--timeout", "40s"});

    CHECK(options.worker.timeout == 40s);
    CHECK(options.workers == 3);
    CHECK(options.backlog == 5);
}

TEST_CASE("a flag that says the default still beats the file") {
    CHECK(configured("workers = 2", {}, {"--workers", "1"}).workers == 1);
}

TEST_CASE("a stronger list replaces a weaker one as a whole") {
    const std::string file = "bind = ['a:1', 'b:2']";

    CHECK(configured(file).bind == std::vector<std::string>{"a:1", "b:2"});
    CHECK(configured(file, {{"CURFEW_BIND", "c:3,d:4"}}).bind ==
          std::vector<std::string>{"c:3", "d:4"});
    CHECK(configured(file, {{"CURFEW_BIND", "c:3"}}, {"-b", "e:5", "--bind", "unix:/f"}).bind ==
          std::vector<std::string>{"e:5", "unix:/f"});
}

TEST_CASE("the options of a table follow the same order of layers") {
    const std::string file = "[db]\naddress = 'a:1'\nuser = 'f'\n[cache]\nservers = 'b:2'";

    const BackendOptions options =
        configured(file, {{"CURFEW_DB_ADDRESS", "[::1]:3"}, {"CURFEW_DB_POOL", "7"}},
                   {"--db-pool", "8", "--cache-servers", "c:4", "--cache-servers", "unix:/d"})
            .worker.backends;

    CHECK(options.db.address == "[::1]:3");
    CHECK(options.db.user == "f");
    CHECK(options.db.pool == 8);
    CHECK(options.cache.servers == std::vector<std::string>{"c:4", "unix:/d"});
    CHECK(configured("[db]").worker.backends.db.address == DbOptions().address);
}

TEST_CASE("an IPv6 address in brackets is one address") {
    CHECK(invoke({"--bind", "[::1]:80", "demo"}).options.bind ==
          std::vector<std::string>{"[::1]:80"});
    CHECK(invoke({"--bind", "[::1]", "demo"}).options.bind == std::vector<std::string>{"[::1]"});
}

TEST_CASE("in a variable, the mode of a Unix socket stays with its path") {
    CHECK(configured("", {{"CURFEW_BIND", "unix:/a,mode=0660,b:1"}}).bind ==
          std::vector<std::string>{"unix:/a,mode=0660", "b:1"});
}

TEST_CASE("a list in the file may be a single string") {
    CHECK(configured("bind = 'a:1'").bind == std::vector<std::string>{"a:1"});
}

TEST_CASE("an empty value is a value") {
    const std::string file = "user = 'www'";

    CHECK(configured(file).user == "www");
    CHECK(configured(file, {{"CURFEW_USER", ""}}).user.empty());
    CHECK(configured(file, {}, {"--user", ""}).user.empty());
    CHECK(configured(file, {}, {"--user="}).user.empty());
}

TEST_CASE("every layer writes durations and sizes the same way") {
    CHECK(configured("timeout = 5").worker.timeout == 5s);
    CHECK(configured("timeout = 0.5").worker.timeout == 500ms);
    CHECK(configured("timeout = '5m'").worker.timeout == 5min);
    CHECK(configured("", {{"CURFEW_TIMEOUT", "250ms"}}).worker.timeout == 250ms);
    CHECK(configured("limit_request_body = '2m'").worker.limit_request_body == 2u << 20);
    CHECK(configured("limit_request_body = 5000").worker.limit_request_body == 5000);
    CHECK(invoke({"--limit-request-body", "1g", "demo"}).options.worker.limit_request_body ==
          1u << 30);
}

TEST_CASE("flags may be written in every usual way, and the last one counts") {
    CHECK(invoke({"-w4", "demo"}).options.workers == 4);
    CHECK(invoke({"-w", "4", "demo"}).options.workers == 4);
    CHECK(invoke({"--workers=4", "demo"}).options.workers == 4);
    CHECK(invoke({"demo", "--workers", "3", "-w", "4"}).options.workers == 4);
    CHECK(invoke({"-w", "4", "--", "demo"}).options.worker.app == "demo");
}

TEST_CASE("the letters are gunicorn's") {
    const Options options =
        invoke({"-a", "demo", "-b", "a:1", "-w", "2",   "-k", "threads",  "-t", "9",
                "-u", "www",  "-g", "web", "-m", "027", "-p", "/run/pid", "-n", "shop"})
            .options;

    CHECK(options.worker.app == "demo");
    CHECK(options.bind == std::vector<std::string>{"a:1"});
    CHECK(options.workers == 2);
    CHECK(options.worker.worker_class == worker::Class::threads);
    CHECK(options.worker.timeout == 9s);
    CHECK(options.user == "www");
    CHECK(options.group == "web");
    CHECK(options.umask == "027");
    CHECK(options.pidfile == "/run/pid");
    CHECK(options.proc_name == "shop");
}

TEST_CASE("the file may be named by the environment, and a flag beats that") {
    const TemporaryFile one{"workers = 11"};
    const TemporaryFile two{"workers = 22"};
    const Environment environment = {{"CURFEW_CONFIG", one.path()}};

    CHECK(invoke({"demo"}, environment).options.workers == 11);
    CHECK(invoke({"demo", "-c", two.path()}, environment).options.workers == 22);
    CHECK(invoke({"demo", "-c", two.path()}, environment).options.config_file == two.path());
}

TEST_CASE("the application comes from the argument, a flag, the environment or the file") {
    const TemporaryFile file{"app = 'of_file'"};
    const Environment environment = {{"CURFEW_APP", "of_environment"}};

    CHECK(invoke({"-c", file.path()}).options.worker.app == "of_file");
    CHECK(invoke({"-c", file.path()}, environment).options.worker.app == "of_environment");
    CHECK(invoke({"-c", file.path(), "--app", "of_flag"}, environment).options.worker.app ==
          "of_flag");
    CHECK(invoke({"-c", file.path(), "of_argument"}, environment).options.worker.app ==
          "of_argument");
}

TEST_CASE("an empty variable counts as not set, unless empty means something") {
    const Environment empty = {{"CURFEW_WORKERS", ""},       {"CURFEW_TIMEOUT", ""},
                               {"CURFEW_BIND", ""},          {"CURFEW_LOG_LEVEL", ""},
                               {"CURFEW_ERROR_LOGFILE", ""}, {"CURFEW_LIMIT_REQUEST_BODY", ""},
                               {"CURFEW_ACCESS_LOGFILE", ""}};

    const Options options =
        configured("workers = 3\ntimeout = 7\naccess_logfile = 'access.log'", empty);

    CHECK(options.workers == 3);
    CHECK(options.worker.timeout == std::chrono::seconds(7));
    CHECK(options.bind == Options{}.bind);
    CHECK(options.log_level == "info");
    CHECK(options.error_logfile == "-");
    CHECK(options.worker.access_logfile.empty());
}

TEST_CASE("words are known in upper and lower case, and warn is a level of the log") {
    const Options options = configured("log_level = 'WARN'\nworker_class = 'Fiber'");

    CHECK(options.log_level == "warning");
    CHECK(options.worker.worker_class == worker::Class::fiber);
    CHECK(print_config(options).find("log_level = \"warning\"") != std::string::npos);
}

TEST_CASE(
    "PORT and WEB_CONCURRENCY are heeded where neither the file nor a variable of curfew's own "
    "speaks") {
    const Environment platform = {{"PORT", "5000"}, {"WEB_CONCURRENCY", "3"}};
    Environment own = platform;
    own["CURFEW_BIND"] = "a:1";
    own["CURFEW_WORKERS"] = "4";

    const Options of_platform = configured("", platform);
    const Options of_file = configured("bind = 'f:1'\nworkers = 9", platform);
    const Options of_own = configured("", own);
    const Options of_flags = configured("", platform, {"-b", "g:1", "-w", "5"});

    CHECK(of_platform.bind == std::vector<std::string>{"0.0.0.0:5000"});
    CHECK(of_platform.workers == 3);
    CHECK(of_file.bind == std::vector<std::string>{"f:1"});
    CHECK(of_file.workers == 9);
    CHECK(of_own.bind == std::vector<std::string>{"a:1"});
    CHECK(of_own.workers == 4);
    CHECK(of_flags.bind == std::vector<std::string>{"g:1"});
    CHECK(of_flags.workers == 5);
}

TEST_CASE("more than one thread means the class threads, unless the class is said") {
    using worker::Class;

    CHECK(configured("").worker.worker_class == Class::sync);
    CHECK(configured("threads = 4").worker.worker_class == Class::threads);
    CHECK(configured("threads = 1").worker.worker_class == Class::sync);
    CHECK(configured("worker_class = 'threads'").worker.worker_class == Class::threads);
    CHECK(configured("worker_class = 'sync'\nthreads = 1").worker.worker_class == Class::sync);
}

TEST_CASE("zero switches off what can be switched off") {
    const Options options =
        configured("timeout = 0\nkeep_alive = 0\nbody_min_rate = 0\ngraceful_timeout = 0");

    CHECK(options.worker.timeout == 0s);
    CHECK(options.worker.keepalive == 0s);
    CHECK(options.worker.body_min_rate == 0);
    CHECK(options.worker.graceful_timeout == 0s);
}

TEST_CASE("route tables are read in their order, each with its place") {
    const TemporaryFile file{
        "workers = 2\n"
        "[[route]]\n"
        "pattern = '/report/:id'\n"
        "limit = '5s'\n"
        "harakiri = '10s'\n"
        "\n"
        "[[route]]\n"
        "pattern = '/a'\n"
        "harakiri = 0.5\n"};

    const auto routes = invoke({"-c", file.path(), "demo"}).options.worker.routes;

    REQUIRE(routes.size() == 2);
    CHECK(routes[0].pattern == "/report/:id");
    CHECK(routes[0].limit == 5s);
    CHECK(routes[0].harakiri == 10s);
    CHECK(routes[0].where == file.path() + ":2:1");
    CHECK(routes[1].pattern == "/a");
    CHECK(!routes[1].limit);
    CHECK(routes[1].harakiri == 500ms);
    CHECK(routes[1].where == file.path() + ":7:1");
}

TEST_CASE("a route's limit may be longer than timeout if it has a harakiri, or timeout is off") {
    const std::string limit = "[[route]]\npattern = '/a'\nlimit = '60s'\n";

    CHECK(configured(limit + "harakiri = '90s'").worker.routes.size() == 1);
    CHECK(configured("timeout = 0\n" + limit).worker.routes.size() == 1);
    CHECK(configured("timeout = '61s'\n" + limit).worker.routes.size() == 1);
}

TEST_CASE("the actions are told apart, and help and version look at nothing else") {
    const Environment broken = {{"CURFEW_WORKERS", "many"}};

    CHECK(invoke({"demo"}).action == Action::serve);
    CHECK(invoke({"demo", "--check-config"}).action == Action::check);
    CHECK(invoke({"--print-config"}).action == Action::print);
    CHECK(invoke({"--version"}, broken).action == Action::version);
    CHECK(invoke({"-v"}).text.starts_with("curfew "));
    CHECK(invoke({"-h"}, broken).action == Action::help);
    CHECK(invoke({"--help", "--print-config", "--version"}).action == Action::help);
}

}  // namespace curfew::master
