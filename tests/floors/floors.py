"""Checks that no file includes a floor above its own: handlers < worker < master.

Usage: floors.py TREE    prints what is wrong and ends with status 1 if something is
       floors.py --test  checks that this check can fail
"""

import pathlib
import re
import sys
import tempfile

FLOORS = ["handlers", "worker", "master"]
# What may be included in each floor, beside the C and C++ standard libraries and Linux.
LIBRARIES = {
    "handlers": ["boost", "cereal", "curl", "libmemcached", "sanitizer"],
    "worker": ["boost", "event2", "fmt", "llhttp.h", "spdlog"],
    "master": ["CLI", "bsd", "elfutils", "fmt", "nlohmann", "spdlog", "toml++"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SYSTEM = re.compile(r"^(sys|linux|netinet|arpa)/|^[a-z_0-9]+(\.h)?$")


def wrong_includes(floor, path, text):
    allowed = FLOORS[: FLOORS.index(floor) + 1]
    for kind, name in INCLUDE.findall(text):
        first = name.split("/")[0]
        if first in FLOORS:
            if first not in allowed:
                yield f"{path}: {name} is of a floor above"
        elif first == "tests":
            yield f"{path}: {name} is of the tests"
        elif kind == "<" and first not in LIBRARIES[floor] + ["curfew"] and not SYSTEM.match(name):
            yield f"{path}: <{name}> is not for this floor"
        elif kind == "<" and name in ALL_LIBRARIES and name not in LIBRARIES[floor]:
            yield f"{path}: <{name}> is not for this floor"


ALL_LIBRARIES = {name for names in LIBRARIES.values() for name in names}


def check(tree):
    """Every wrong include of a tree, and the number of files looked at."""
    wrong, files = [], 0
    for floor in FLOORS:
        for path in sorted(pathlib.Path(tree, floor).rglob("*")):
            if path.suffix in (".h", ".cpp", ".in"):
                files += 1
                wrong += wrong_includes(floor, path.relative_to(tree), path.read_text())
    return wrong, files


def test():
    good = {
        "handlers/a.h": "#include <sys/socket.h>\n#include <vector>\n#include \"b.h\"\n",
        "handlers/demo/d.cpp": "#include <curfew/app.h>\n",
        "worker/b.cpp": '#include "handlers/a.h"\n#include <event2/event.h>\n#include <llhttp.h>\n',
        "master/c.cpp": '#include "handlers/a.h"\n#include "worker/b.h"\n#include <CLI/CLI.hpp>\n',
    }
    bad = {
        "handlers/a.h": [
            '#include "worker/b.h"\n',
            '#include "master/c.h"\n',
            "#  include <worker/b.h>\n",
            "#include <event2/event.h>\n",
            "#include <llhttp.h>\n",
            '#include "tests/x.h"\n',
        ],
        "handlers/demo/d.cpp": ['int x;\n#include "worker/b.h" // why not\n'],
        "worker/b.cpp": ['#include "master/c.h"\n', "#include <CLI/CLI.hpp>\n"],
        "worker/deep/er.cpp": ['#include "master/c.h"\n'],
        "master/c.cpp": ["#include <event2/event.h>\n", '#include "tests/x.h"\n'],
    }

    def check_files(files):
        with tempfile.TemporaryDirectory() as tree:
            for name, text in files.items():
                path = pathlib.Path(tree, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check(tree)

    assert check_files(good) == ([], len(good)), check_files(good)
    for name, lines in bad.items():
        for line in lines:
            wrong, _ = check_files({**good, name: good.get(name, "") + line})
            assert len(wrong) == 1 and wrong[0].startswith(name), (name, line, wrong)


def main():
    if sys.argv[1] == "--test":
        return test()
    wrong, files = check(sys.argv[1])
    print(*wrong, sep="\n")
    if files < 50:
        sys.exit(f"only {files} files found in {sys.argv[1]}: is it the right tree?")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
