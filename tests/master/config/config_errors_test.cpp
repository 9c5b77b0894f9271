#include "tests/master/config/configured.h"

namespace curfew::master {

TEST_CASE("an unknown key is refused at its place, with the nearest known one") {
    CHECK(refusal_of_file("# a\n\n    timeuot = 5\n") ==
          R"(curfew.toml:3:5: unknown key "timeuot"; did you mean "timeout"?)");
    CHECK(refusal_of_file("keep-alive = 5") ==
          R"(curfew.toml:1:1: unknown key "keep-alive"; did you mean "keep_alive"?)");
    CHECK(refusal_of_file("[colours]\nsky = 'blue'") ==
          R"(curfew.toml:1:2: unknown key "colours")");
}

TEST_CASE("a key of a table is named with its table") {
    CHECK(refusal_of_file("[db]\nadress = 'a:1'") ==
          R"(curfew.toml:2:1: unknown key "db.adress"; did you mean "db.address"?)");
    CHECK(refusal_of_file("db_address = 'a:1'") ==
          R"(curfew.toml:1:1: unknown key "db_address"; did you mean "db.address"?)");
    CHECK(refusal_of_file("[cache]\npool = 'x'") ==
          "curfew.toml:2:8: cache.pool: must be an integer, not a string");
    CHECK(refusal_of_file("[http]\n[http.pool]") ==
          "curfew.toml:2:1: http.pool: must be an integer, not a table");
    CHECK(refusal_of_file("db = 3") == "curfew.toml:1:6: db: must be a table: write [db]");
    CHECK(refusal_of_file("[[db]]\nuser = 'a'") ==
          "curfew.toml:1:1: db: must be a table: write [db]");
}

TEST_CASE("an upstream that is no address is refused, in every layer") {
    CHECK(refusal_of_file("[db]\naddress = 'here'") ==
          "curfew.toml:2:11: db.address: \"here\": write HOST:PORT or unix:PATH");
    CHECK(refusal_of_file("[cache]\nservers = ['a:1', '::1:2']") ==
          "curfew.toml:2:11: cache.servers: \"::1:2\": write an IPv6 address in brackets, "
          "[::1]:PORT");
    CHECK(refusal_of_flags({"--db-address", "a:0"}) ==
          "--db-address: \"a:0\": no port from 1 to 65535");
    CHECK(refusal_of_flags({"demo"}, {{"CURFEW_CACHE_SERVERS", "a:1,unix:"}}) ==
          "CURFEW_CACHE_SERVERS: \"unix:\": a path is missing after unix:");
}

TEST_CASE("a text with a zero byte would be cut short by the system") {
    CHECK(refusal_of_file("pid = \"/run/a\\u0000b\"") ==
          "curfew.toml:1:7: pid: a zero byte ends a text for the system");
}

TEST_CASE("a password and a password file are one too many") {
    CHECK(refusal_of_file("[db]\npassword_file = '/p'", {{"CURFEW_DB_PASSWORD", "x"}}) ==
          "curfew.toml:2:17: the password of the database is given already "
          "(CURFEW_DB_PASSWORD)");
}

TEST_CASE("the file cannot name another file") {
    CHECK(refusal_of_file("config = 'b.toml'") == R"(curfew.toml:1:1: unknown key "config")");
}

TEST_CASE("a wrong type is refused at the value") {
    CHECK(refusal_of_file("\nworkers = '4'") ==
          "curfew.toml:2:11: workers: must be an integer, not a string");
    CHECK(refusal_of_file("workers = 1.5") ==
          "curfew.toml:1:11: workers: must be an integer, not a float");
    CHECK(refusal_of_file("workers = [1]") ==
          "curfew.toml:1:11: workers: must be an integer, not an array");
    CHECK(refusal_of_file("user = 3") == "curfew.toml:1:8: user: must be a string, not an integer");
    CHECK(
        refusal_of_file("timeout = true") ==
        "curfew.toml:1:11: timeout: must be a duration such as \"30s\" or a number of seconds, not "
        "a boolean");
    CHECK(
        refusal_of_file("timeout = 07:32:00") ==
        "curfew.toml:1:11: timeout: must be a duration such as \"30s\" or a number of seconds, not "
        "a date or time");
    CHECK(
        refusal_of_file("limit_request_body = 1.5") ==
        "curfew.toml:1:22: limit_request_body: must be a size such as \"8k\" or a number of bytes, "
        "not a float");
    CHECK(refusal_of_file("bind = 8000") ==
          "curfew.toml:1:8: bind: must be a string or an array of strings, not an integer");
    CHECK(refusal_of_file("bind = ['a:1',\n  8000]") ==
          "curfew.toml:2:3: bind: must be a string or an array of strings, not an integer");
    CHECK(
        refusal_of_file("timeout = { limit = 3 }") ==
        "curfew.toml:1:11: timeout: must be a duration such as \"30s\" or a number of seconds, not "
        "a table");
}

TEST_CASE("a value out of range is refused, with the range, in every layer") {
    CHECK(refusal_of_file("workers = 0") ==
          "curfew.toml:1:11: workers: 0 is out of range: 1 to 512");
    CHECK(refusal_of_flags({"--workers", "-1", "demo"}) ==
          "--workers: -1 is out of range: 1 to 512");
    CHECK(refusal_of_flags({"demo"}, {{"CURFEW_WORKERS", "513"}}) ==
          "CURFEW_WORKERS: 513 is out of range: 1 to 512");
    CHECK(refusal_of_flags({"-w", "99999999999", "demo"}) ==
          "--workers: 99999999999 is out of range: 1 to 512");
    CHECK(refusal_of_file("timeout = '5ms'") ==
          "curfew.toml:1:11: timeout: 5ms is out of range: 0, or 10ms to 24h");
    CHECK(refusal_of_flags({"-t", "25h", "demo"}) ==
          "--timeout: 25h is out of range: 0, or 10ms to 24h");
    CHECK(refusal_of_flags({"--boot-timeout", "0", "demo"}) ==
          "--boot-timeout: 0s is out of range: 10ms to 24h");
    CHECK(refusal_of_file("limit_request_line = '1m'") ==
          "curfew.toml:1:22: limit_request_line: 1m is out of range: 64 to 64k");
    CHECK(refusal_of_file("limit_request_fields = 0") ==
          "curfew.toml:1:24: limit_request_fields: 0 is out of range: 1 to 10000");
}

TEST_CASE("a value that cannot be read is refused where it is written") {
    CHECK(refusal_of_file("timeout = '5x'") ==
          "curfew.toml:1:11: timeout: \"5x\" is not a duration: write 250ms, 30s, 5m, 1h or a "
          "number of seconds");
    CHECK(refusal_of_flags({"--timeout", "5x", "demo"}) ==
          "--timeout: \"5x\" is not a duration: write 250ms, 30s, 5m, 1h or a number of seconds");
    CHECK(refusal_of_flags({"demo"}, {{"CURFEW_TIMEOUT", "soon"}}) ==
          "CURFEW_TIMEOUT: \"soon\" is not a duration: write 250ms, 30s, 5m, 1h or a number of "
          "seconds");
    CHECK(refusal_of_flags({"-w", "four", "demo"}) == "--workers: \"four\" is not a whole number");
    CHECK(refusal_of_flags({"--limit-request-body", "8kb", "demo"}) ==
          "--limit-request-body: \"8kb\" is not a size: write 512 (bytes), 8k, 10m or 1g");
    CHECK(refusal_of_flags({"-m", "rw", "demo"}) ==
          "--umask: \"rw\" is not an octal mask between 000 and 777");
}

TEST_CASE("a word that is none of the choices is refused, with the choices") {
    CHECK(refusal_of_file("worker_class = 'gevent'") ==
          "curfew.toml:1:16: worker_class: \"gevent\" is not one of sync, threads, fiber");
    CHECK(refusal_of_flags({"--log-level", "loud", "demo"}) ==
          "--log-level: \"loud\" is not one of debug, info, warning, warn, error, critical");
}

TEST_CASE("an address is checked before anything is opened") {
    const std::string why = ": the port is not a number from 0 to 65535";

    CHECK(refusal_of_file("bind = ['a:1', 'a:65536']") ==
          "curfew.toml:1:8: bind: \"a:65536\"" + why);
    CHECK(refusal_of_flags({"-b", "a:http", "demo"}) == "--bind: \"a:http\"" + why);
    CHECK(refusal_of_flags({"demo"}, {{"CURFEW_BIND", "a:1,"}}) ==
          "CURFEW_BIND: \"\": it is empty");
}

TEST_CASE("an access log format is checked before a worker has to use it") {
    CHECK(refusal_of_file("access_log_format = '%(zz)s'") ==
          "curfew.toml:1:21: access_log_format: unknown letter %(zz)s");
    CHECK(refusal_of_file("access_log_format = 'json'").empty());
}

TEST_CASE("what must not be empty is refused when it is") {
    CHECK(refusal_of_file("bind = []") == "curfew.toml:1:8: bind: must not be empty");
    CHECK(refusal_of_file("error_logfile = ''") ==
          "curfew.toml:1:17: error_logfile: must not be empty");
    CHECK(refusal_of_flags({"--name", "", "demo"}) == "--name: must not be empty");
}

TEST_CASE("a mistake is found even where a stronger layer makes it harmless") {
    CHECK(refusal_of_file("workers = 0", {{"CURFEW_WORKERS", "2"}}, {"-w", "3"}) ==
          "curfew.toml:1:11: workers: 0 is out of range: 1 to 512");
    CHECK(refusal_of_flags({"-w", "3", "demo"}, {{"CURFEW_WORKERS", "0"}}) ==
          "CURFEW_WORKERS: 0 is out of range: 1 to 512");
}

TEST_CASE("of several mistakes in a file the first is named") {
    CHECK(refusal_of_file("workers = 0\nbacklog = 0") ==
          "curfew.toml:1:11: workers: 0 is out of range: 1 to 512");
}

TEST_CASE("what is not TOML is refused in one line with its place") {
    const std::string syntax = refusal_of_file("workers = 2\ntimeout = = 5\n");
    const std::string twice = refusal_of_file("workers = 2\nworkers = 3\n");
    const std::string encoding = refusal_of_file("user = '\xff'");

    CHECK(syntax.starts_with("curfew.toml:2:11: "));
    CHECK(syntax.find('\n') == std::string::npos);
    CHECK(twice.starts_with("curfew.toml:2:"));
    CHECK(encoding.starts_with("curfew.toml:1:"));
}

TEST_CASE("a file that cannot be read is refused with the reason") {
    CHECK(refusal_of_flags({"-c", "/nonexistent/c.toml", "demo"}) ==
          "/nonexistent/c.toml: cannot be read: No such file or directory");
    CHECK(refusal_of_flags({"-c", "/", "demo"}) == "/: cannot be read: Is a directory");
}

TEST_CASE("an unknown flag is refused, with the nearest known one") {
    CHECK(refusal_of_flags({"--timeuot", "5", "demo"}) ==
          R"(--timeuot: unknown flag; did you mean "--timeout"?)");
    CHECK(refusal_of_flags({"--timeuot=5", "demo"}) ==
          R"(--timeuot: unknown flag; did you mean "--timeout"?)");
    CHECK(refusal_of_flags({"--print-confg"}) ==
          R"(--print-confg: unknown flag; did you mean "--print-config"?)");
    CHECK(refusal_of_flags({"--colour-of-the-sky", "demo"}) == "--colour-of-the-sky: unknown flag");
    CHECK(refusal_of_flags({"-z", "demo"}) == "-z: unknown flag");
}

TEST_CASE("a flag without its value is refused") {
    CHECK(refusal_of_flags({"demo", "--workers"}) == "--workers: a value is missing");
    CHECK(refusal_of_flags({"demo", "-w"}) == "--workers: a value is missing");
}

TEST_CASE("a misspelt variable gets a warning, somebody else's does not") {
    const auto warnings = [](const Environment& environment) {
        return invoke({"demo"}, environment).warnings;
    };

    CHECK(warnings({{"CURFEW_TIMEUOT", "5"}}) ==
          std::vector<std::string>{
              R"(CURFEW_TIMEUOT: unknown environment variable; did you mean "CURFEW_TIMEOUT"?)"});
    CHECK(warnings({{"LISTEN_FDS", "1"}, {"TIMEUOT", "5"}}).empty());
    CHECK(warnings({{"CURFEW_SERVICE_HOST", "10.0.0.1"},
                    {"CURFEW_SERVICE_PORT", "8000"},
                    {"CURFEW_SERVICE_PORT_HTTP", "8000"},
                    {"CURFEW_PORT", "tcp://10.0.0.1:8000"},
                    {"CURFEW_PORT_8000_TCP", "tcp://10.0.0.1:8000"},
                    {"CURFEW_PORT_8000_TCP_PROTO", "tcp"},
                    {"CURFEW_PORT_8000_TCP_PORT", "8000"},
                    {"CURFEW_PORT_8000_TCP_ADDR", "10.0.0.1"},
                    {"CURFEW_DB_PORT", "tcp://10.0.0.2:3306"},
                    {"CURFEW_CACHE_SERVICE_HOST", "10.0.0.3"}})
              .empty());
}

TEST_CASE("a PORT or WEB_CONCURRENCY that means something else is ignored with a warning") {
    const std::string why = ": the port is not a number from 0 to 65535; the variable is ignored";
    const auto ignored = [](const Environment& environment) {
        const auto invocation = invoke({"demo"}, environment);
        CHECK(invocation.options.bind == Options{}.bind);
        CHECK(invocation.options.workers == Options{}.workers);
        return invocation.warnings;
    };
    using Lines = std::vector<std::string>;

    CHECK(ignored({{"PORT", "http"}}) == Lines{"PORT: \"0.0.0.0:http\"" + why});
    CHECK(ignored({{"PORT", "70000"}}) == Lines{"PORT: \"0.0.0.0:70000\"" + why});
    CHECK(ignored({{"WEB_CONCURRENCY", "0"}}) ==
          Lines{"WEB_CONCURRENCY: 0 is out of range: 1 to 512; the variable is ignored"});
    CHECK(ignored({{"PORT", ""}, {"WEB_CONCURRENCY", ""}}).empty());
}

TEST_CASE("the application is named exactly once on the command line") {
    CHECK(refusal_of_flags({"demo", "other"}) ==
          R"(one application is enough: "demo" or "other"?)");
    CHECK(refusal_of_flags({"demo", "--app", "other"}) ==
          R"(--app: the application is named already: "demo")");
    CHECK(refusal_of_flags({}) == "no application: name one, as in `curfew demo`");
    CHECK(refusal_of_flags({"--check-config"}) == "no application: name one, as in `curfew demo`");
    CHECK(refusal_of_flags({"--print-config"}).empty());
}

TEST_CASE("more than one thread in the class sync is refused where the threads are asked for") {
    const std::string what = ": more than one thread needs the worker class threads, not sync ";

    CHECK(refusal_of_file("worker_class = 'sync'\nthreads = 4") ==
          "curfew.toml:2:11" + what + "(curfew.toml:1:16)");
    CHECK(refusal_of_file("worker_class = 'sync'", {}, {"--threads", "4"}) ==
          "--threads" + what + "(curfew.toml:1:16)");
    CHECK(refusal_of_file("worker_class = 'sync'\nthreads = 2", {}, {"--threads", "4"}) ==
          "--threads" + what + "(curfew.toml:1:16)");
    CHECK(refusal_of_flags({"-k", "sync", "demo"}, {{"CURFEW_THREADS", "4"}}) ==
          "CURFEW_THREADS" + what + "(--worker-class)");
}

TEST_CASE("jitter without max_requests is refused") {
    CHECK(refusal_of_file("max_requests_jitter = 5") ==
          "curfew.toml:1:23: max_requests_jitter needs max_requests, which is 0 (the default)");
    CHECK(
        refusal_of_flags({"--max-requests-jitter", "5", "demo"}, {{"CURFEW_MAX_REQUESTS", "0"}}) ==
        "--max-requests-jitter: max_requests_jitter needs max_requests, which is 0 "
        "(CURFEW_MAX_REQUESTS)");
}

TEST_CASE("a route table must make sense by itself") {
    CHECK(refusal_of_file("[[route]]\nlimit = 5") == "curfew.toml:1:1: route: pattern is missing");
    CHECK(refusal_of_file("\n[[route]]\npattern = '/a'") ==
          "curfew.toml:2:1: route \"/a\": none of limit, strategy, harakiri, cpu_limit and "
          "slow_request_limit is there");
    CHECK(refusal_of_file("[[route]]\npattern = 'a'\nlimit = 5") ==
          "curfew.toml:2:11: pattern: \"a\" does not begin with \"/\"");
    CHECK(refusal_of_file("[[route]]\npattern = 3") ==
          "curfew.toml:2:11: pattern: must be a string, not an integer");
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nlimt = 5") ==
          R"(curfew.toml:3:1: unknown key "limt" in [[route]]; did you mean "limit"?)");
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nlimit = '5x'") ==
          "curfew.toml:3:9: limit: \"5x\" is not a duration: write 250ms, 30s, 5m, 1h or a number "
          "of seconds");
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nlimit = 0") ==
          "curfew.toml:3:9: limit: 0s is out of range: 1ms to 24h");
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nstrategy = 'hope'")
              .starts_with("curfew.toml:3:12: strategy: there is no strategy \"hope\"; the choices "
                           "are none, io, deadline, "));
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nharakiri = 0") ==
          "curfew.toml:3:12: harakiri: 0s is out of range: 10ms to 24h");
    CHECK(
        refusal_of_file("[[route]]\npattern = '/a'\nlimit = false") ==
        "curfew.toml:3:9: limit: must be a duration such as \"30s\" or a number of seconds, not a "
        "boolean");
    CHECK(
        refusal_of_file("[[route]]\npattern = '/a'\nlimit = []") ==
        "curfew.toml:3:9: limit: must be a duration such as \"30s\" or a number of seconds, not an "
        "array");
}

TEST_CASE("a route that is a single table is refused with the way to write it") {
    CHECK(refusal_of_file("[route]\npattern = '/a'\nlimit = 5") ==
          "curfew.toml:1:1: route: must be an array of tables: write [[route]]");
    CHECK(refusal_of_file("route = '/a'") ==
          "curfew.toml:1:9: route: must be an array of tables: write [[route]]");
}

TEST_CASE("a pattern that is there twice is refused with the first place") {
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nlimit = 5\n"
                          "[[route]]\npattern = '/a'\nlimit = 6") ==
          "curfew.toml:4:1: route \"/a\": is there already, at curfew.toml:1:1");
}

TEST_CASE("a route's limit must be sooner than what kills its worker") {
    CHECK(refusal_of_file("[[route]]\npattern = '/a'\nlimit = 5\nharakiri = 5") ==
          "curfew.toml:1:1: route \"/a\": limit (5s) must be sooner than harakiri (5s)");
}

}  // namespace curfew::master
