"""Clients under load whose workers are killed all the time."""

import contextlib
import os
import signal
import threading

import processes
import report
import wrk
from servers import NO_BREAKER

WORKERS = 4
CONNECTIONS = 48
PERIOD = 0.1  # seconds


def measure(bench):
    report.heading(f"wrk for {bench.seconds} s with {CONNECTIONS} kept connections, {WORKERS} "
                   f"workers, one of which is killed (-9) every {PERIOD * 1000:.0f} ms")
    with bench.curfew("--log-level", "critical", *NO_BREAKER, workers=WORKERS) as server:
        with killing(server) as kills:
            run = wrk.load(server, bench.seconds, connections=CONNECTIONS)
    report.table(("", ""), [
        ("requests", f"{run.requests:,}"), ("workers killed", f"{len(kills):,}"),
        ("not 2xx: their worker ran them when it was killed", f"{run.errors['status']:,}")])
    errors = {name: count for name, count in run.errors.items() if name != "status"}
    return [report.Target(f"{bench.seconds} s of kills: no connection fails",
                          ", ".join(f"{count} {name}" for name, count in errors.items()),
                          run.requests > 0 and sum(errors.values()) == 0)]


@contextlib.contextmanager
def killing(server, period=PERIOD):
    """The pids of the workers that were killed so far."""
    killed = []
    over = threading.Event()

    def kill():
        while not over.wait(period):
            ready = processes.workers(server.pid)
            if len(ready) < 2:
                continue  # who else should go on
            killed.append(ready[len(killed) % len(ready)])
            with contextlib.suppress(ProcessLookupError):
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()
