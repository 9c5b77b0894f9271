"""How exactly the limit on requests is kept, and how soon the worker that it costs is replaced."""

import os
import select
import time
from dataclasses import dataclass

import processes
import report
from client import Client
from servers import NO_BREAKER

WORKERS = 2
KILLS = 100
LIMIT = 0.25  # seconds
MOST_LATE = 0.005
MOST_TO_REPLACE = 0.020
GIVE_UP = 10  # seconds

ROUTE = f"""\
[[route]]
pattern = "/stuck/sleep"
harakiri = "{LIMIT * 1000:.0f}ms"
"""


@dataclass
class Kill:
    """In seconds after the limit had passed."""

    answered: float  # the client saw an answer's first byte, or the end of the connection
    dead: float
    whole: float  # as many other workers are ready as should be; after the answer


def measure(bench):
    report.heading(f"{KILLS} kills at a limit of {LIMIT * 1000:.0f} ms, one after the other, "
                   f"of {WORKERS} workers that are otherwise idle")
    conf = bench.directory / "harakiri.toml"
    conf.write_text(ROUTE)
    with bench.curfew("--config", str(conf), "--log-level", "critical", *NO_BREAKER,
                      workers=WORKERS) as server:
        kills = [kill_one(server) for _ in range(KILLS)]

    def row(name, field):
        values = [getattr(kill, field) * 1000 for kill in kills]
        return (name, *(f"{value:.2f}" for value in (report.percentile(values, 50),
                                                     report.percentile(values, 99), max(values))))

    report.table(("ms", "p50", "p99", "latest"), [
        row("limit to the client's answer, or the end of its connection", "answered"),
        row("limit to the worker's death", "dead"),
        row("from the answer to as many other workers as should be", "whole")])
    late = report.percentile([kill.answered for kill in kills], 99)
    whole = report.percentile([kill.whole for kill in kills], 99)
    return [
        report.Target(f"answered within {MOST_LATE * 1000:.0f} ms of the limit (p99, idle)",
                      f"{late * 1000:.1f} ms", late <= MOST_LATE),
        report.Target(f"pool whole within {MOST_TO_REPLACE * 1000:.0f} ms (p99, idle)",
                      f"{whole * 1000:.1f} ms", whole <= MOST_TO_REPLACE),
    ]


def kill_one(server):
    with Client(server.port) as client:
        worker = int(client.get("/pid").split(b"\r\n\r\n")[1])
        death = os.pidfd_open(worker)
        try:
            sent = time.monotonic()
            client.send("/stuck/sleep")
            answered = await_readable(client.socket.fileno())
            whole = await_ready(server, without=worker)
            dead = await_readable(death)
        finally:
            os.close(death)
    return Kill(answered - sent - LIMIT, dead - sent - LIMIT, whole - answered)


def await_readable(descriptor):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(GIVE_UP * 1000):
        raise SystemExit(f"no kill within {GIVE_UP} s")
    return time.monotonic()


def await_ready(server, without):
    limit = time.monotonic() + GIVE_UP
    while time.monotonic() < limit:
        ready = [pid for pid in processes.workers(server.pid) if pid != without]
        if len(ready) == WORKERS:
            return time.monotonic()
        time.sleep(0.0002)
    raise SystemExit(f"the worker was not replaced within {GIVE_UP} s")
