"""What a stuck request, or a kill, costs the other clients of the same worker."""

import contextlib
import os
import signal
import time

import processes
import report
from client import Client
from stuck import status_of

OTHERS = 31
LIMIT = 1.0  # seconds
CLASSES = {"sync": (), "threads": ("--threads", str(OTHERS + 1)), "fiber": ()}
IDLE = 200


def measure(bench):
    report.heading(f"One request of {OTHERS + 1} in one worker is stuck, limit {LIMIT:g} s; the "
                   f"others have not begun (sync) or take until after the limit. Then {IDLE} idle "
                   "connections of a worker that is killed")
    return [*(stuck_among_others(bench, name, options) for name, options in CLASSES.items()),
            idle_connections(bench)]


def stuck_among_others(bench, name, options):
    with bench.curfew("--timeout", f"{LIMIT * 1000:.0f}ms", "--worker-class", name, *options,
                      workers=1) as server, contextlib.ExitStack() as stack:
        stuck, *others = [stack.enter_context(Client(server.port)) for _ in range(OTHERS + 1)]
        for client in (stuck, *others):
            client.get("/hello")
        stuck.send("/delay/9")
        time.sleep(LIMIT / 2)
        for client in others:
            client.send("/hello" if name == "sync" else f"/delay/{LIMIT * 0.9}")
        stuck_status = answer_of(stuck)
        statuses = [answer_of(client) for client in others]
    good = statuses.count(200)
    others = ", ".join(sorted({str(status) for status in statuses if status != 200}))
    measured = f"{good} of {OTHERS}" + (f", else {others}" if others else "")
    return report.Target(f"{name}: one of {OTHERS + 1} stuck, the others answered 200",
                         f"{measured}; the stuck one {stuck_status}",
                         good == OTHERS and stuck_status == 504)


def answer_of(client):
    try:
        return status_of(client.receive())
    except OSError as error:
        return type(error).__name__


def idle_connections(bench):
    with bench.curfew("--keep-alive", "1m", workers=1) as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(server.port)) for _ in range(IDLE)]
        for client in clients[::2]:  # the others have never asked for anything
            client.get("/hello")
        for worker in processes.workers(server.pid):
            os.kill(worker, signal.SIGKILL)
        kept = 0
        for client in clients:
            with contextlib.suppress(OSError):
                kept += status_of(client.get("/hello")) == 200
    return report.Target(f"{IDLE} idle connections of a killed worker: none lost",
                         f"{IDLE - kept} lost", kept == IDLE)
