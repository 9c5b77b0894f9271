#include "master/config/declarations.h"
#include "master/config/option_checks.h"
#include "master/config/units.h"

namespace curfew::master {

void declare_limits(Options& c, OptionTable& option) {
    worker::Options& w = c.worker;

    option.group({"Limits"});
    option("--limit-request-line", w.limit_request_line, Size{64, 64 * kib},
           "Bytes in a request line; more is answered 414");
    option("--limit-request-fields", w.limit_request_fields, Count{1, 10'000},
           "Header fields in a request; more is answered 431");
    option("--limit-request-field-size", w.limit_request_field_size, Size{64, 64 * kib},
           "Bytes in one header field; more is answered 431");
    option("--limit-request-body", w.limit_request_body, Size{1, 64 * gib},
           "Bytes in a request's body; more is answered 413");
}

void declare_logging(Options& c, OptionTable& option) {
    const Choice<std::string> levels{{"debug", "debug"},     {"info", "info"},
                                     {"warning", "warning"}, {"warn", "warning"},
                                     {"error", "error"},     {"critical", "critical"}};

    option.group(
        {"Logging",
         {},
         "No process waits for a log. A line is written at once, with one system call. If there is "
         "no room, because nobody reads the pipe or the disk is full, a worker holds back up to "
         "256 KiB of its access log and writes them, in their order, as soon as there is room. If "
         "these 256 KiB are full, further lines are lost, and the error log says how many. The "
         "error log waits up to 100 ms, once, for a reader; then its own lines are lost until "
         "there is room. When the server stops, the error log says how many lines of the access "
         "log were lost in all, including those that a killed worker had held back. An application "
         "that writes to standard output or error directly, not through the server's log, may "
         "still have to wait. A line is written completely or not at all, even if many workers "
         "write to the same log; a line of more than 128 KiB is not written."});
    option("--access-logfile", c.worker.access_logfile, Text{"FILE"},
           "Where to log requests: a file, or one of the words `stdout` (also `-`), `stderr` "
           "and `none` (also `off`). Write `./none` for a file with such a name");
    option("--access-log-format", c.worker.access_log_format, Text{"FORMAT", check_log_format},
           "The format of a line in gunicorn's letters, or the word `json`",
           "The letters are h, l, u, t, r, m, U, q, H, s, B, b, f, a, T, M, D, L and p; {NAME}i is "
           "a field of the request, {NAME}o one of the response, {NAME}e an environment variable; "
           "{x-request-id}o is the request id.");
    option("--error-logfile", c.error_logfile, Text{"FILE", check_not_empty},
           "Where to log everything else: a file, or one of the words `stderr` (also `-`), "
           "`stdout` and `none` (also `off`)");
    option("--log-level", c.log_level, levels, "The lowest level that is logged");
}

void declare_process(Options& c, OptionTable& option) {
    option.group({"Process"});
    option("-u,--user", c.user, Text{"USER"}, "Workers run as this user; empty: as the master");
    option("-g,--group", c.group, Text{"GROUP"}, "Workers run as this group; empty: as the master");
    option("-m,--umask", c.umask, Text{"MASK", check_umask},
           "In octal, for files and sockets; empty: as inherited");
    option("--chdir", c.chdir, Text{"DIRECTORY"}, "Go there before anything else; empty: stay");
    option("-p,--pid", c.pidfile, Text{"FILE"},
           "Write the master's process id there; empty: nowhere");
    option("-n,--name", c.proc_name, Text{"NAME", check_not_empty}, "What ps and top show");
}

}  // namespace curfew::master
