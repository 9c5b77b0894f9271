"""Workers that die with a request: by its own fault, and killed from outside."""

import concurrent.futures
import contextlib
import os
import pathlib
import signal
import threading
import time

import report
from client import Client
from servers import NO_BREAKER
from stuck import Answers, status_of

# After many deaths in a row a server makes a pause, of a second at most, before it forks again.
WORKERS = 32
CLIENTS = 4
CRASHES = ("segv", "abort", "exit")
GIVE_UP = 10  # seconds


def measure(bench):
    number = bench.requests
    report.heading(f"{number:,} crashes and {number:,} kill -9 of a worker that runs a request, "
                   f"{WORKERS} workers, {CLIENTS} clients; half of them keep their connection for "
                   "the next")
    with bench.curfew("--log-level", "critical", *NO_BREAKER, workers=WORKERS) as server:
        crashed = die(server, number, crash)
        killed = die(server, number, kill)
    return targets(number, crashed, killed)


def targets(number, crashed, killed, prefix=""):
    return [report.Target(f"{prefix}{number:,} {what}: as many 502", answers.text(),
                          answers.by_status[502] == number)
            for what, answers in (("crashes", crashed), ("kill -9", killed))]


def die(server, number, way):
    starting = threading.Lock()

    def client(which):
        answers = Answers()
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(Client(server.port))
            for i in range(which, number, CLIENTS):
                try:
                    status = way(connection, i, starting)
                except OSError as error:
                    status = type(error).__name__
                answers.by_status[status] += 1
                if which % 2 == 0 or not isinstance(status, int):
                    connection = stack.enter_context(Client(server.port))
        return answers

    total = Answers()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        for answers in pool.map(client, range(CLIENTS)):
            total.add(answers)
    return total


def crash(connection, which, _):
    return status_of(connection.get("/crash/" + CRASHES[which % len(CRASHES)]))


def kill(connection, _, starting):
    with starting:  # else two could be in one worker, and one killed before it has begun
        worker = int(connection.get("/pid").split(b"\r\n\r\n")[1])
        connection.send("/delay/5")
        await_begin(worker)
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        return status_of(connection.receive())


def await_begin(worker):
    """The route sleeps; nothing else in a worker does."""
    limit = time.monotonic() + GIVE_UP
    while time.monotonic() < limit:
        try:
            waits_in = pathlib.Path(f"/proc/{worker}/wchan").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return
        if "nanosleep" in waits_in:
            return
        time.sleep(0.0005)
    raise SystemExit(f"worker {worker} does not begin with its request")
