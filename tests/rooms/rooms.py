"""Checks that includes go downwards: from a floor to those below it (handlers < worker < master),
and within a floor from a room, which is a folder, to those below it. So there are no circles. Also
that the tests of a floor are in folders named after its rooms, and that no file grows too long to be
read at once.

Usage: rooms.py TREE    prints what is wrong and ends with status 1 if something is
       rooms.py --test  checks that this check can fail
"""

import pathlib
import posixpath
import re
import sys
import tempfile

FLOORS = ["handlers", "worker", "master"]
# From the ground up: a room may include those before it. The last one, "", is the floor's own folder.
ROOMS = {
    "handlers": ["base", "http", "context", "waits", "backends", "timeouts", "timeouts/fibers",
                 "timeouts/processes", "timeouts/strategies", "routing", "", "demo"],
    "worker": ["settings", "os", "shared", "process", "keeper", "access_log", "http", "app",
               "executors", "clients", ""],
    "master": ["os", "config", "documents", "setup", "log", "stacks", "workers", "diagnosis", ""],
    "tools/laboratory": ["record", "judging", "showing", "servers", "measuring", ""],
}
# Rooms with a rule of their own may include nothing but this.
ONLY = {
    # Memory that outlives a process: atomics and plain data.
    "worker/shared": ["worker/os", "handlers/base", "handlers/backends/running_queries.h",
                      "handlers/context/copies.h", "handlers/context/kernel_wait.h",
                      "handlers/context/meter.h"],
    # Async-signal-safe calls only.
    "worker/keeper": ["worker/shared", "worker/os", "handlers/base", "handlers/backends/running_queries.h",
                      "handlers/context/copies.h", "handlers/context/kernel_wait.h",
                      "handlers/context/meter.h", "handlers/http"],
}
# What may be included in each floor, beside the C and C++ standard libraries and Linux.
LIBRARIES = {
    "handlers": ["ares.h", "boost", "cereal", "curl", "libmemcached", "sanitizer"],
    "worker": ["boost", "event2", "fmt", "llhttp.h", "spdlog"],
    "master": ["CLI", "elfutils", "fmt", "nlohmann", "spdlog", "toml++"],
}
ALL_LIBRARIES = {name for names in LIBRARIES.values() for name in names}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SYSTEM = re.compile(r"^(sys|linux|netinet|arpa)/|^[a-z_0-9]+(\.h)?$")
LONGEST = 400
SOURCES = (".h", ".cpp", ".in", ".py", ".js", ".css", ".sh")


def floor_of(path):
    return next((floor for floor in ROOMS if path.startswith(floor + "/")), None)


def included(tree, path, kind, name):
    """The file of the tree that an include names, from its top; else the name as it is."""
    if kind == '"':
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        if pathlib.Path(tree, beside).is_file():
            return beside
    return "handlers/" + name[7:] if name.startswith("curfew/") else name


def room_of(path):
    """The demo is an application, and one room with all its folders."""
    room = posixpath.dirname(path)[len(floor_of(path)) + 1 :]
    return "demo" if room.startswith("demo/") else room


def wrong_room(path, name):
    floor = floor_of(path)
    room, other = room_of(path), room_of(name)
    for each in room, other:
        if each not in ROOMS[floor]:
            return f"{path}: {each} is no room of {floor}"
    if ROOMS[floor].index(other) > ROOMS[floor].index(room):
        return f"{path}: {name} is of a room above"
    return None


def wrong_includes(tree, path, text):
    floor = floor_of(path)
    only = ONLY.get(posixpath.dirname(path))
    for kind, written in INCLUDE.findall(text):
        name = included(tree, path, kind, written)
        first = name.split("/")[0]
        if floor in FLOORS and first in FLOORS[FLOORS.index(floor) + 1 :]:
            yield f"{path}: {name} is of a floor above"
        elif first == "tests" or (floor in FLOORS and first == "tools"):
            yield f"{path}: {name} is of the {first}"
        elif floor_of(name) == floor and wrong_room(path, name):
            yield wrong_room(path, name)
        elif floor_of(name) and only and posixpath.dirname(path) != posixpath.dirname(name) and not any(
            name == each or name.startswith(each + "/") for each in only
        ):
            yield f"{path}: {name} is not for {posixpath.dirname(path)}/"
        elif kind == "<" and floor in FLOORS and first != "handlers":
            listed = first in LIBRARIES[floor] or name in LIBRARIES[floor]
            if not listed and (name in ALL_LIBRARIES or not SYSTEM.match(name)):
                yield f"{path}: <{name}> is not for this floor"


def wrong_place(floor, path, text):
    """A test lies in the folder of a room. That of the floor itself is for its own files only."""
    room = posixpath.dirname(path)[len(f"tests/{posixpath.basename(floor)}/") :]
    if room not in ROOMS[floor]:
        return f"{path}: {room} is no room of {floor}"
    if not room and not any(posixpath.dirname(name) == floor for _, name in INCLUDE.findall(text)):
        return f"{path}: belongs in the folder of a room"
    return None


def check(tree):
    """Everything wrong in a tree, and the number of files looked at."""
    wrong, files = [], 0
    for floor in ROOMS:
        for file in sorted(pathlib.Path(tree, floor).rglob("*")):
            if file.suffix in (".h", ".cpp", ".in"):
                files += 1
                text = file.read_text()
                path = file.relative_to(tree).as_posix()
                wrong += wrong_includes(tree, path, text)
        for file in sorted(pathlib.Path(tree, "tests", posixpath.basename(floor)).rglob("*_test.cpp")):
            complaint = wrong_place(floor, file.relative_to(tree).as_posix(), file.read_text())
            wrong += [complaint] if complaint else []
    for folder in [*FLOORS, "tools", "tests"]:
        for file in sorted(pathlib.Path(tree, folder).rglob("*")):
            if file.suffix in SOURCES and file.read_text().count("\n") > LONGEST:
                wrong.append(f"{file.relative_to(tree).as_posix()}: more than {LONGEST} lines")
    return wrong, files


def test():
    good = {
        "handlers/base/a.h": "#include <sys/socket.h>\n#include <vector>\n",
        "handlers/http/b.h": '#include "../base/a.h"\n',
        "handlers/demo/d.cpp": "#include <curfew/app.h>\n",
        "handlers/app.h": '#include "http/b.h"\n',
        "worker/shared/s.h": '#include "worker/os/o.h"\n#include "handlers/base/a.h"\n',
        "worker/os/o.h": "#include <event2/event.h>\n",
        "worker/http/b.cpp": '#include "handlers/base/a.h"\n#include <llhttp.h>\n',
        "worker/keeper/k.cpp": '#include "worker/shared/s.h"\n',
        "worker/worker.cpp": '#include "worker/http/b.h"\n',
        "master/c.cpp": '#include "handlers/base/a.h"\n#include "worker/worker.h"\n#include <CLI/CLI.hpp>\n',
        "tools/laboratory/main.cpp": '#include "tools/laboratory/judging/j.h"\n',
        "tests/handlers/base/a_test.cpp": '#include "handlers/base/a.h"\n',
        "tests/laboratory/judging/j_test.cpp": '#include "tools/laboratory/judging/j.h"\n',
        "tests/worker/worker_test.cpp": '#include "worker/worker.h"\n',
    }
    bad = {
        "handlers/base/a.h": [
            '#include "worker/worker.h"\n',
            '#include "master/c.h"\n',
            "#  include <worker/b.h>\n",
            "#include <event2/event.h>\n",
            "#include <llhttp.h>\n",
            '#include "tests/x.h"\n',
            '#include "../http/b.h"\n',
            "#include <curfew/http/b.h>\n",
        ],
        "handlers/demo/d.cpp": ['int x;\n#include "worker/b.h" // why not\n'],
        "handlers/elsewhere/e.h": ['#include "../base/a.h"\n'],
        "worker/http/b.cpp": [
            '#include "master/c.h"\n',
            "#include <CLI/CLI.hpp>\n",
            '#include "worker/clients/x.h"\n',
            '#include "worker/worker.h"\n',
        ],
        "worker/os/o.h": ['#include "worker/shared/s.h"\n'],
        "worker/shared/s.h": ['#include "handlers/http/b.h"\n'],
        "worker/keeper/k.cpp": ['#include "worker/process/p.h"\n', '#include "handlers/routing/r.h"\n'],
        "master/c.cpp": ["#include <event2/event.h>\n", '#include "tests/x.h"\n', "\n" * LONGEST],
        "tests/long.py": ["\n" * (LONGEST + 1)],
        "tests/handlers/a_test.cpp": ['#include "handlers/base/a.h"\n'],
        "tests/handlers/elsewhere/a_test.cpp": ['#include "handlers/base/a.h"\n'],
        "tests/laboratory/l_test.cpp": ['#include "tools/laboratory/judging/j.h"\n'],
        "tools/laboratory/judging/j.cpp": [
            '#include "tools/laboratory/measuring/m.h"\n',
            '#include "tests/support/t.h"\n',
        ],
    }

    def check_files(files):
        with tempfile.TemporaryDirectory() as tree:
            for name, text in files.items():
                path = pathlib.Path(tree, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check(tree)

    assert check_files(good)[0] == [], check_files(good)
    for name, lines in bad.items():
        for line in lines:
            wrong, _ = check_files({**good, name: good.get(name, "") + line})
            assert len(wrong) == 1 and wrong[0].startswith(name), (name, line, wrong)


def main():
    if sys.argv[1] == "--test":
        return test()
    wrong, files = check(sys.argv[1])
    print(*wrong, sep="\n")
    if files < 300:
        sys.exit(f"only {files} files found in {sys.argv[1]}: is it the right tree?")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
