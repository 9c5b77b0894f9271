"""What the tests of whole runs share: a lab that is run as its users run it, and what is to be left
of that. Takes LAB, PLAUSIBLE_REPORT and SCHEMA from the command line of the test."""

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
