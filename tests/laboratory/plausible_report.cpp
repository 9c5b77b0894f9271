#include "tests/laboratory/plausible_run.h"
#include "tools/laboratory/showing/report.h"

#include <cstdio>
#include <exception>

/// Writes the report of plausible_run(), for the test that looks at it in a browser.
int main(int argc, char** argv) try {
    if (argc != 2) {
        std::fputs("plausible_report FILE.html\n", stderr);
        return 2;
    }
    curfew::laboratory::write_report(curfew::laboratory::plausible_run(), argv[1]);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "plausible_report: %s\n", error.what());
    return 1;
}
