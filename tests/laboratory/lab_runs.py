"""The lab as its users have it: whole runs, interrupted ones, and what is left of them.

    lab_runs.py LAB PLAUSIBLE_REPORT SCHEMA [UNITTEST_ARGUMENT...]
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

import jsonschema

LAB, PLAUSIBLE_REPORT, SCHEMA = map(os.path.abspath, sys.argv[1:4])
del sys.argv[1:4]

PATIENCE = 30
RUN_IN_PAGE = re.compile(r'(?<=<script type="application/json" id="run">).*?(?=</script>)', re.DOTALL)


# Of a run over the clean network only.
NOT_ASKED_FOR = {"what": "over latency, jitter and loss", "why": "not asked for"}


def until(condition, what, limit=PATIENCE):
    end = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit} s")
        time.sleep(0.02)
    return found


def read(path):
    """What /proc has of a process; empty once that is gone."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def state(pid):
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[:1]


def listening_sockets():
    """The inodes of all sockets that wait for connections."""
    rows = (line.split() for name in ("tcp", "tcp6")
            for line in read(f"/proc/net/{name}").decode().splitlines()[1:])
    return {row[9] for row in rows if row[3] == "0A"}


class Traces:
    """A lab's processes and sockets, and its temporary directory. Whatever it has started is told
    by its environment or its working directory, whoever its parent is now."""

    def __init__(self):
        self.mark = f"LAB_TEST={uuid.uuid4()}"
        self.directory = Path(tempfile.mkdtemp(prefix="curfew-lab-test-"))
        self.temporary = self.directory / "tmp"
        self.temporary.mkdir()
        self.sockets = set()

    def environment(self):
        # Who serves with curfew may have its variables set. They are not for the lab's servers.
        return {**os.environ, "CURFEW_WORKERS": "7", "CURFEW_NONSENSE": "1",
                "TMPDIR": str(self.temporary), **dict([self.mark.split("=")])}

    def is_ours(self, pid):
        if self.mark.encode() in read(f"/proc/{pid}/environ").split(b"\0"):
            return True
        try:
            return os.readlink(f"/proc/{pid}/cwd").startswith(str(self.temporary))
        except OSError:
            return False

    def processes(self):
        """Command lines by pid; zombies excepted."""
        return {pid: read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode()
                for pid in os.listdir("/proc")
                if pid.isdigit() and self.is_ours(pid) and state(pid) != [b"Z"]}

    def look_at_sockets(self):
        """Remembers those that wait for connections now."""
        for pid in self.processes():
            try:
                links = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
            except OSError:
                continue
            self.sockets |= {link[8:-1] for link in links if link.startswith("socket:[")}
        self.sockets &= listening_sockets()

    def remove(self):
        for pid in self.processes():
            os.kill(int(pid), signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)


class Lab:
    """One call of it. `path`: instead of PATH."""

    def __init__(self, traces, *arguments, path=None):
        self.traces = traces
        self.output = traces.directory / "out"
        self.errors = traces.directory / f"{uuid.uuid4()}.stderr"
        environment = traces.environment()
        if path:
            environment["PATH"] = str(path)
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen([LAB, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=errors,
                                            cwd=traces.directory, env=environment)

    def said(self):
        return self.errors.read_text()

    def has_a_sample(self):
        """Waits for that; it is then in the middle of its run."""
        until(lambda: " %, " in self.said() or self.process.poll() is not None, self.said())
        if self.process.poll() is not None:
            raise AssertionError(f"it has ended: {self.said()}")
        self.traces.look_at_sockets()

    def kill(self, number):
        self.process.send_signal(number)

    def end(self, limit=PATIENCE * 2):
        """Its exit status."""
        self.out = self.process.communicate(timeout=limit)[0].decode()
        return self.process.returncode


class LabTest(unittest.TestCase):
    def setUp(self):
        self.traces = Traces()
        self.addCleanup(self.traces.remove)
        self.folder = self.traces.directory / "run"

    def lab(self, *arguments, **options):
        return Lab(self.traces, *arguments, **options)

    def run_file(self):
        return json.loads((self.folder / "run.json").read_text())

    def assert_nothing_is_left(self):
        until(lambda: not self.traces.processes(), f"the end of {self.traces.processes()}", 10)
        until(lambda: not list(self.traces.temporary.rglob("*")),
              f"the end of {list(self.traces.temporary.rglob('*'))}", 10)
        self.assertEqual(self.traces.sockets & listening_sockets(), set())


def assert_valid(run):
    schema = json.loads(Path(SCHEMA).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(run)


class WholeRun(LabTest):
    def test_a_run_says_what_every_strategy_is_worth(self):
        lab = self.lab("--strategies", "deadline,thread,harakiri",
                       "--kinds", "sleep,spin,http-stall,db-slow-query",
                       "--networks", "clean", "--repetitions", 3, "-o", self.folder)

        self.assertEqual(lab.end(), 0, lab.said())
        run = self.run_file()
        assert_valid(run)
        self.assertTrue(run["complete"])
        self.assertEqual(run["gaps"], [NOT_ASKED_FOR])
        for cell in run["cells"]:
            self.assertIn(len(cell["samples"]), range(3, 10))  # more where they do not decide
        found = {(cell["strategy"], cell["kind"]): (cell["verdict"], cell["costs_worker"])
                 for cell in run["cells"]}
        blocked = ("sleep", "http-stall", "db-slow-query")
        self.assertEqual(found, {
            **{("deadline", kind): ("clean", False) for kind in blocked},
            ("deadline", "spin"): ("powerless", True),
            **{("thread", kind): ("clean", False) for kind in blocked},
            ("thread", "spin"): ("leaks", False),
            **{("harakiri", kind): ("clean", True) for kind in (*blocked, "spin")},
        }, {(cell["strategy"], cell["kind"]): cell["because"] for cell in run["cells"]})
        for strategy in run["strategies"]:
            self.assertEqual("cost" in strategy, strategy["where"] == "function")
        page = (self.folder / "report.html").read_text()
        self.assertEqual(json.loads(RUN_IN_PAGE.search(page).group()), run)
        self.assertIn("deadline", (self.folder / "findings.md").read_text())
        self.assertRegex(lab.out, r"(?m)^deadline .*✗p\*")
        self.assertIn("report.html", lab.out)
        self.assertNotIn("\x1b", lab.out + lab.said())
        self.assert_nothing_is_left()
        self.check_it_is_shown_again(lab.out, page)
        self.check_it_is_the_same_as_itself()

    def check_it_is_shown_again(self, table, page):
        (self.folder / "report.html").unlink()
        (self.folder / "findings.md").unlink()
        other = self.folder / "other.json"
        (self.folder / "run.json").rename(other)
        show = self.lab("show", other)

        self.assertEqual(show.end(), 0, show.said())
        self.assertTrue(table.startswith(show.out.rstrip()), show.out)
        self.assertEqual((self.folder / "report.html").read_text(), page)
        self.assertTrue((self.folder / "findings.md").exists())
        self.assertFalse((self.folder / "run.json").exists())
        other.rename(self.folder / "run.json")

    def check_it_is_the_same_as_itself(self):
        run = self.folder / "run.json"
        comparison = self.lab("compare", run, run)

        self.assertEqual(comparison.end(), 0, comparison.said())
        self.assertIn("12 of 12", comparison.out)
        self.assertNotIn("\x1b", comparison.out)

    def test_peers_are_rows_of_the_same_run(self):
        lab = self.lab("--quick", "--strategies", "deadline", "--kinds", "lock",
                       "--peers", "gunicorn-sync,php-fpm,nginx", "-o", self.folder)

        self.assertEqual(lab.end(), 0, lab.said())
        run = self.run_file()
        assert_valid(run)
        self.assertEqual(run["gaps"], [NOT_ASKED_FOR])
        self.assertEqual({cell["strategy"]: cell["costs_worker"] for cell in run["cells"]},
                         {"deadline": True, "gunicorn-sync": True, "php-fpm": True, "nginx": False})
        self.assert_nothing_is_left()


class Schema(LabTest):
    def test_a_plausible_run_is_valid_by_the_schema(self):
        page = self.traces.directory / "report.html"
        subprocess.run([PLAUSIBLE_REPORT, page], check=True)

        assert_valid(json.loads(RUN_IN_PAGE.search(page.read_text()).group()))

    def test_the_schema_tells_a_wrong_run_from_a_right_one(self):
        page = self.traces.directory / "report.html"
        subprocess.run([PLAUSIBLE_REPORT, page], check=True)
        run = json.loads(RUN_IN_PAGE.search(page.read_text()).group())
        run["cells"][0]["verdict"] = "fine"

        with self.assertRaises(jsonschema.ValidationError):
            assert_valid(run)


# In every place where something could be left: a server, a proxy, memcached or MariaDB, and
# functions that no signal but the last one ends.
BUSY = ("--quick", "--lanes", 2, "--strategies", "none,alarm,thread,process,fork,harakiri",
        "--kinds", "spin,deaf,cache-stall,db-slow-query")
CELLS = 6 * 4


class Interrupted(LabTest):
    def busy_lab(self, *more):
        lab = self.lab(*BUSY, "-o", self.folder, *more)
        self.addCleanup(lab.process.stdout.close)
        self.addCleanup(lab.process.kill)
        return lab

    def test_an_interrupted_run_is_gone_on_with(self):
        lab = self.busy_lab()
        lab.has_a_sample()

        lab.kill(signal.SIGINT)

        self.assertEqual(lab.end(10), 130)
        self.assertIn("Interrupted; the same command goes on with it.", lab.said())
        self.assertIn("It was interrupted", lab.out)
        self.assert_nothing_is_left()
        first = self.run_file()
        assert_valid(first)
        self.assertFalse(first["complete"])
        self.assertGreater(len(first["cells"]), 0)
        self.assertLess(len(first["cells"]), CELLS)

        again = self.busy_lab()

        self.assertEqual(again.end(), 0, again.said())
        self.assertIn(f"Going on with the run of {first['started']} "
                      f"({len(first['cells'])} cells are done; --fresh begins anew).",
                      again.said())
        second = self.run_file()
        self.assertTrue(second["complete"])
        self.assertEqual(second["started"], first["started"])
        self.assertGreater(second["seconds"], first["seconds"])
        self.assertEqual(len(second["cells"]), CELLS)
        self.assertEqual([cell for cell in first["cells"] if cell not in second["cells"]], [])
        self.assert_nothing_is_left()

    def test_a_run_with_another_plan_begins_anew(self):
        lab = self.lab("--quick", "--strategies", "deadline,io", "--kinds", "sleep,spin",
                       "-o", self.folder)
        lab.has_a_sample()
        lab.kill(signal.SIGINT)
        self.assertEqual(lab.end(), 130)

        other = self.lab("--quick", "--strategies", "deadline", "--kinds", "sleep",
                         "-o", self.folder)

        self.assertEqual(other.end(), 0)
        self.assertNotIn("Going on", other.said())
        self.assertEqual([cell["kind"] for cell in self.run_file()["cells"]], ["sleep"])

    def test_an_interrupted_run_of_another_build_is_begun_anew(self):
        words = ("--quick", "--strategies", "deadline", "--kinds", "sleep", "-o", self.folder)
        self.assertEqual(self.lab(*words).end(), 0)
        earlier = {**self.run_file(), "complete": False, "started": "2026-01-02T03:04:05Z"}
        build = earlier["machine"]["build"]
        earlier["machine"]["build"] = "0123456789abcdef"
        (self.folder / "run.json").write_text(json.dumps(earlier))

        lab = self.lab(*words)

        self.assertEqual(lab.end(), 0, lab.said())
        self.assertIn("Beginning anew: the interrupted run of 2026-01-02T03:04:05Z measured something"
                      f" else (build: {build}, was 0123456789abcdef).\n", lab.said())
        self.assertNotIn("Going on", lab.said())
        self.assertEqual(self.run_file()["machine"]["build"], build)
        self.assertNotEqual(self.run_file()["started"], earlier["started"])
        self.assertIn("Verdicts are provisional: 1 of 1 cells", lab.out)

    def test_what_an_earlier_session_could_not_measure_is_no_gap_once_it_is_measured(self):
        words = ("--quick", "--strategies", "deadline", "--kinds", "sleep", "-o", self.folder)
        self.assertEqual(self.lab(*words).end(), 0)
        stale = [{"what": f"deadline against {what} (clean)", "why": "the server has died"}
                 for what in ("sleep", "the others")]
        earlier = {**self.run_file(), "complete": False, "cells": [],
                   "gaps": [NOT_ASKED_FOR, *stale]}
        (self.folder / "run.json").write_text(json.dumps(earlier))

        lab = self.lab(*words)

        self.assertEqual(lab.end(), 0, lab.said())
        self.assertIn("Going on", lab.said())
        self.assertEqual(self.run_file()["gaps"], [NOT_ASKED_FOR])

    def test_a_run_that_cannot_be_written_any_more_ends_with_its_name(self):
        lab = self.busy_lab("--repetitions", 3)
        lab.has_a_sample()

        (self.folder / "run.json.part").mkdir()

        self.assertEqual(lab.end(), 1)
        self.assertIn(f"lab: {self.folder / 'run.json'}: cannot be written", lab.said())
        self.assert_nothing_is_left()

    def test_the_second_interruption_ends_it_at_once(self):
        lab = self.busy_lab()
        lab.has_a_sample()

        lab.kill(signal.SIGINT)
        until(lambda: b"SigCgt" in read(f"/proc/{lab.process.pid}/status") and
              not self.catches(lab, signal.SIGINT), "the first one's arrival")
        lab.kill(signal.SIGINT)

        self.assertEqual(lab.end(10), -signal.SIGINT)
        self.assert_nothing_is_left()

    @staticmethod
    def catches(lab, number):
        line = re.search(rb"SigCgt:\s*([0-9a-f]+)", read(f"/proc/{lab.process.pid}/status"))
        return bool(line and int(line[1], 16) >> (number - 1) & 1)

    def test_it_may_be_told_to_end_otherwise(self):
        lab = self.busy_lab()
        lab.has_a_sample()

        lab.kill(signal.SIGTERM)

        self.assertEqual(lab.end(10), 130)
        self.assertFalse(self.run_file()["complete"])
        self.assert_nothing_is_left()

    def test_a_killed_lab_takes_all_that_it_has_started_with_it(self):
        lab = self.busy_lab()
        lab.has_a_sample()
        self.assertGreater(len(self.traces.processes()), 10)
        self.assertGreater(len(self.traces.sockets), 4)

        lab.kill(signal.SIGKILL)

        lab.end()
        self.assert_nothing_is_left()

    def test_so_does_one_that_is_killed_while_the_backends_start(self):
        lab = self.busy_lab()
        until(lambda: any("mariadb" in each for each in self.traces.processes().values()),
              "MariaDB")

        lab.kill(signal.SIGKILL)

        lab.end()
        self.assert_nothing_is_left()

    def test_and_one_that_is_interrupted_then(self):
        lab = self.busy_lab()
        until(lambda: any("mariadb" in each for each in self.traces.processes().values()),
              "MariaDB")

        lab.kill(signal.SIGINT)

        self.assertEqual(lab.end(10), 130, lab.said())
        self.assertEqual(self.run_file()["gaps"], [NOT_ASKED_FOR])
        self.assert_nothing_is_left()


class WrongWords(LabTest):
    def refused(self, *arguments):
        """The exit status, and the one line."""
        lab = self.lab(*arguments)
        status = lab.end()
        said = lab.said()
        self.assertEqual(lab.out, "")
        self.assertEqual(said.count("\n"), 1, said)
        self.assertTrue(said.startswith("lab: "), said)
        self.assertEqual(list(self.traces.temporary.iterdir()), [])
        self.assertEqual(self.traces.processes(), {})
        return status, said

    def test_a_wrong_name_is_told_with_the_choices(self):
        for option, what, choice in (("--strategies", "strategy", "deadline"),
                                     ("--kinds", "kind", "db-slow-query"),
                                     ("--networks", "network", "latency"),
                                     ("--peers", "peer", "gunicorn")):
            with self.subTest(option):
                status, said = self.refused(option, "nonsense", "-o", self.folder)

                self.assertEqual(status, 2)
                self.assertIn(what, said)
                self.assertIn("nonsense", said)
                self.assertIn(choice, said)
                self.assertFalse(self.folder.exists())

    def test_a_wrong_option_is_told(self):
        for arguments, words in ((["--nonsense"], "--nonsense"),
                                 (["nonsense"], "nonsense"),
                                 (["--repetitions", 0], "--repetitions"),
                                 (["--repetitions", "many"], "many"),
                                 (["--lanes", 1000], "--lanes"),
                                 (["--seed", "x"], "--seed"),
                                 (["--strategies"], "--strategies"),
                                 (["compare"], "A is required"),
                                 (["compare", "a.json"], "B is required"),
                                 (["show"], "RUN is required")):
            with self.subTest(arguments):
                status, said = self.refused(*arguments)

                self.assertEqual(status, 2)
                self.assertIn(words, said)
                self.assertIn("--help", said)

    def test_a_run_that_cannot_be_read_is_named(self):
        contents = {"missing.json": None, "broken.json": "{", "other.json": '{"format": "bench"}',
                    "newer.json": '{"format": "curfew-lab", "version": 99}', "empty.json": "",
                    "list.json": "[]"}
        for name, text in contents.items():
            path = self.traces.directory / name
            if text is not None:
                path.write_text(text)
            for arguments in (["compare", path, path], ["show", path]):
                with self.subTest([name, arguments[0]]):
                    status, said = self.refused(*arguments)

                    self.assertEqual(status, 1)
                    self.assertIn(f"{path}: ", said)

    def test_a_folder_that_cannot_be_written_is_told_before_anything_starts(self):
        file = self.traces.directory / "file"
        file.write_text("")
        for folder in ("/proc/lab", "/proc/self", file, file / "below"):
            with self.subTest(folder):
                status, said = self.refused("--quick", "-o", folder)

                self.assertEqual(status, 1)
                self.assertIn(f"{folder}: ", said)
                self.assertIn("--output", said)

    def test_something_else_in_the_place_of_a_run_is_not_overwritten(self):
        self.folder.mkdir()
        (self.folder / "run.json").write_text("mine")

        status, said = self.refused("--quick", "-o", self.folder)

        self.assertEqual(status, 1)
        self.assertIn(f"{self.folder / 'run.json'}: ", said)
        self.assertIn("--fresh", said)
        self.assertEqual((self.folder / "run.json").read_text(), "mine")


class Missing(LabTest):
    def path_without(self, *programs):
        """A folder with links to all programs but those."""
        folder = self.traces.directory / "bin"
        folder.mkdir()
        for source in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"):
            for program in Path(source).iterdir():
                link = folder / program.name
                if program.name not in programs and not link.is_symlink():
                    link.symlink_to(program)
        return folder

    def assert_gap(self, lab, columns, reason):
        self.assertEqual(lab.end(), 0, lab.said())
        run = self.run_file()
        assert_valid(run)
        self.assertTrue(run["complete"])
        gap, = [each for each in run["gaps"] if each != NOT_ASKED_FOR]
        self.assertEqual(gap["what"], columns)
        self.assertIn(reason, gap["why"])
        words = lambda text: " ".join(text.split())
        self.assertIn(words(f"{gap['what']}: {gap['why']}"), words(lab.out))
        self.assertIn(gap["what"], (self.folder / "report.html").read_text())
        self.assertIn(reason, (self.folder / "findings.md").read_text())
        self.assert_nothing_is_left()
        return run

    def test_without_memcached_its_kinds_are_a_gap(self):
        lab = self.lab("--quick", "--strategies", "deadline",
                       "--kinds", "cache-stall,sleep,http-stall,cache-drip", "-o", self.folder,
                       path=self.path_without("memcached"))

        run = self.assert_gap(lab, "cache-stall, cache-drip",
                              "There is no memcached; Debian has it in memcached")
        self.assertEqual({cell["kind"] for cell in run["cells"]}, {"sleep", "http-stall"})

    def test_without_mariadb_its_kinds_are_a_gap(self):
        lab = self.lab("--quick", "--strategies", "deadline",
                       "--kinds", "cache-stall,sleep,db-slow-query", "-o", self.folder,
                       path=self.path_without("mariadb-install-db"))

        run = self.assert_gap(lab, "db-slow-query",
                              "There is no mariadb-install-db; Debian has it in mariadb-server-core")
        self.assertEqual({cell["kind"] for cell in run["cells"]}, {"cache-stall", "sleep"})

    def test_without_a_peer_it_is_a_gap(self):
        lab = self.lab("--quick", "--strategies", "deadline", "--kinds", "sleep",
                       "--peers", "uwsgi", "-o", self.folder, path=self.path_without("uwsgi"))

        run = self.assert_gap(lab, "uwsgi-harakiri", "uwsgi-core")
        self.assertEqual([cell["strategy"] for cell in run["cells"]], ["deadline"])

    def test_a_peer_that_does_not_start_is_one_gap_whatever_it_was_to_be_tried_on(self):
        path = self.path_without("gunicorn")
        (path / "gunicorn").write_text("#!/bin/sh\nexit 1\n")
        (path / "gunicorn").chmod(0o755)
        lab = self.lab("--quick", "--strategies", "deadline", "--kinds", "sleep,spin,lock",
                       "--peers", "gunicorn-sync", "-o", self.folder, path=path)

        run = self.assert_gap(lab, "gunicorn-sync against the others (clean)", "")
        self.assertEqual({cell["strategy"] for cell in run["cells"]}, {"deadline"})


unittest.main()
