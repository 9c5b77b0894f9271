"""Requests that never end, in every way the demo knows: what their clients get, and when."""

import collections
import concurrent.futures
import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

import report
from backends import impaired
from client import Client
from servers import NO_BREAKER

LIMIT = 0.2  # seconds
WORKERS = 16
# So many at a time; those that compute need a core each.
WAYS = {"sleep": 12, "lock": 12, "stopped": 12, "stalled": 12, "spin": 2, "deaf": 2}
STALLED = "/timeout/deadline/http?limit=10s&seconds=0"
TARGETS = {"stopped": "/stuck/sleep", "stalled": STALLED}
MOST_LATE = 0.005
MOST_LATE_BUSY = 0.020

ROUTES = "".join(f"""\
[[route]]
pattern = "{pattern}"
harakiri = "{LIMIT * 1000:.0f}ms"
""" for pattern in ("/stuck/sleep", "/stuck/spin", "/stuck/lock", "/stuck/deaf",
                    "/timeout/:strategy/:function"))


@dataclass
class Answers:
    """What became of requests that could not be answered by their handlers."""

    by_status: collections.Counter = field(default_factory=collections.Counter)
    late: list = field(default_factory=list)  # seconds beyond the limit
    kept: int = 0  # connections over which another request was answered

    def add(self, other):
        self.by_status += other.by_status
        self.late += other.late
        self.kept += other.kept
        return self

    @property
    def early(self):
        return sum(late < 0 for late in self.late)

    def late_ms(self, percent):
        return report.percentile(self.late, percent) * 1000

    def text(self):
        return ", ".join(f"{count:,} x {status}" for status, count in self.by_status.most_common())


def measure(bench):
    number = bench.requests
    report.heading(f"{number:,} requests stuck in {len(WAYS)} ways, limit {LIMIT * 1000:.0f} ms, "
                   f"{WORKERS} workers; late is from the request's last byte to the answer's, "
                   "minus the limit")
    with server(bench) as running:
        idle = {way: stuck(running, way, number // len(WAYS) + (i < number % len(WAYS)))
                for i, way in enumerate(WAYS)}
        few = max(number // 5, min(number, 200))
        with both_cores_busy():
            busy = {way: stuck(running, way, few // len(WAYS) + (i < few % len(WAYS)))
                    for i, way in enumerate(WAYS)}
    table(idle, "")
    table(busy, ", cores busy")
    return [*targets(total(idle), number, MOST_LATE, "idle"),
            *targets(total(busy), few, MOST_LATE_BUSY, "cores busy")]


@contextlib.contextmanager
def server(bench, *options, prefix=()):
    """A server whose handlers get stuck; what it calls never answers."""
    conf = bench.directory / "stuck.toml"
    conf.write_text(ROUTES)
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(bench.curfew(workers=1))
        proxy = stack.enter_context(
            impaired(bench, f"127.0.0.1:{target.port}", ["down", "stall", "0"]))
        os.environ["DEMO_HTTP"] = f"http://{proxy}"
        stack.callback(os.environ.pop, "DEMO_HTTP")
        yield stack.enter_context(
            bench.curfew("--config", str(conf), "--log-level", "critical", *NO_BREAKER, *options,
                         workers=WORKERS, prefix=prefix))


def stuck(running, way, number):
    """So many requests of that kind, each in a worker of its own."""
    starting = threading.Lock()
    with concurrent.futures.ThreadPoolExecutor(min(WAYS[way], max(1, number))) as pool:
        jobs = [pool.submit(stick, running.port, way, starting) for _ in range(number)]
        answers = Answers()
        for job in jobs:
            answers.add(job.result())
    return answers


def stick(port, way, starting):
    answers = Answers()
    be_on_time()
    client = Client(port)
    with client:
        with starting:  # one at a time: a worker that has one takes no other
            worker = int(client.get("/pid").split(b"\r\n\r\n")[1])
            sent = time.monotonic()
            client.send(TARGETS.get(way, f"/stuck/{way}"))
            time.sleep(LIMIT / WAYS[way])  # so that they do not all end at once, either
            if way == "stopped":
                os.kill(worker, signal.SIGSTOP)
        try:
            status = status_of(client.receive())
            answers.late.append(time.monotonic() - sent - LIMIT)
        except OSError as error:
            status = type(error).__name__
        answers.by_status[status] += 1
        with contextlib.suppress(OSError):
            answers.kept += status_of(client.get("/hello")) == 200
    return answers


def be_on_time():
    """What is measured is the server, not how long this thread waits for a core."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def status_of(response):
    return int(response.split(b" ", 2)[1])


@contextlib.contextmanager
def both_cores_busy():
    loops = [subprocess.Popen(["nice", "sh", "-c", "while :; do :; done"])
             for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def total(by_way):
    answers = Answers()
    for each in by_way.values():
        answers.add(each)
    return answers


def table(by_way, circumstances):
    rows = [(way + circumstances, each.text(), *(f"{each.late_ms(percent):.2f}"
                                                 for percent in (50, 99, 100)))
            for way, each in [*by_way.items(), ("all", total(by_way))] if each.late]
    report.table(("ms late", "answers", "p50", "p99", "latest"), rows)


def targets(answers, number, most_late, circumstances):
    late = answers.late_ms(99)
    return [
        report.Target(f"stuck, {circumstances}: {number:,} of {number:,} answered 504",
                      answers.text(), answers.by_status[504] == number),
        report.Target(f"stuck, {circumstances}: none early", f"{answers.early:,} early",
                      answers.early == 0),
        report.Target(f"stuck, {circumstances}: their connections go on",
                      f"{answers.kept:,} of {number:,}", answers.kept == number),
        report.Target(f"stuck, {circumstances}: at most {most_late * 1000:.0f} ms late (p99)",
                      f"{late:.1f} ms", late <= most_late * 1000),
    ]
