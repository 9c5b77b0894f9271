"""Calls of with_timeout() that the compiler must refuse, and the words that it must show.

    refused_calls.py INCLUDE COMPILER...
"""

import os
import subprocess
import sys
import tempfile

PROGRAM = """
#include <curfew/timeouts/with_timeout.h>

#include <memory>
#include <string>

using namespace curfew;
using namespace std::chrono_literals;

int twice(int number) { return 2 * number; }

struct Counter {
    int operator()() { return ++count; }
    int count = 0;
};

int main(int, char** argv) {
    const int captured = 7;
    char text[] = "process";
    const std::string_view at_run_time = argv[0];
    (void)captured, (void)text, (void)at_run_time;
    CALL;
}
"""

ALLOWED = {
    "a function": 'with_timeout(1s, "process", twice, 1)',
    "a pointer to one": 'with_timeout(1s, "process", &twice, 1)',
    "a lambda without captures": 'with_timeout(1s, "process", [](int n) { return n; }, 1)',
    "a member": 'with_timeout(1s, "process", &std::string::size, std::string("four"))',
    "captures under fork": 'with_timeout(1s, "fork", [&] { return captured; })',
    "captures under thread": 'with_timeout(1s, "thread", [captured] { return captured; })',
    "a pointer under fork": 'with_timeout(1s, "fork", [](const char*) {}, "text")',
    "a name that is known at run time only": "with_timeout(1s, at_run_time, [&] { return captured; })",
    "a name in a string": "with_timeout(1s, std::string(argv[0]), [&] { return captured; })",
    "a name behind a pointer": "with_timeout(1s, argv[0], [&] { return captured; })",
    "a name in an array": "with_timeout(1s, text, [&] { return captured; })",
}

CAPTURES = "a function with captures cannot run in another process"
ARGUMENT = "an argument is of a type that cannot go to another"
RESULT = "the result is of a type that cannot come from"

REFUSED = {
    "a capture by reference": ('with_timeout(1s, "process", [&] { return captured; })', CAPTURES),
    "a capture by value": ('with_timeout(1s, "process", [captured] { return captured; })', CAPTURES),
    "an object with a state": ('with_timeout(1s, "process", Counter{})', CAPTURES),
    "a pointer": ('with_timeout(1s, "process", [](const char*) {}, "text")', ARGUMENT),
    "a result that owns": ('with_timeout(1s, "process", [] { return std::make_unique<int>(1); })',
                           RESULT),
    "the same under fork": ('with_timeout(1s, "fork", [] { return std::make_unique<int>(1); })',
                            RESULT),
}


def compile_one(compiler, include, call):
    with tempfile.TemporaryDirectory() as directory:
        source = os.path.join(directory, "call.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write(PROGRAM.replace("CALL", call))
        environment = os.environ | {"LC_ALL": "C"}
        return subprocess.run(
            [*compiler, "-std=c++20", "-fsyntax-only", f"-I{include}", source],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env=environment)


def main(include, *compiler):
    wrong = []
    # All that is allowed at once: a compiler takes its time for the headers.
    done = compile_one(compiler, include, ";\n    ".join(ALLOWED.values()))
    if done.returncode != 0:
        wrong.append(f"refused, though allowed:\n{done.stdout}")
    for what, (call, words) in REFUSED.items():
        done = compile_one(compiler, include, call)
        if done.returncode == 0:
            wrong.append(f"{what}: compiles, though it must not: {call}")
        elif words not in done.stdout:
            wrong.append(f"{what}: refused without the words \"{words}\":\n{done.stdout}")
    print("\n".join(wrong) or f"{len(REFUSED)} calls are refused, {len(ALLOWED)} are not")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
