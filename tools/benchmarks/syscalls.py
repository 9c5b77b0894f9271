"""System calls per request of a kept-alive connection, all processes of the server together."""

import contextlib
import signal
import subprocess

import processes
import report
from client import Client

REQUESTS = 2000
# What is counted once, as the calls that strace interrupts when it attaches, is far below.
SAME = 0.05  # calls per request


def measure(bench):
    report.heading(f"System calls per request; {REQUESTS:,} requests, one after the other, to 1 "
                   "worker; the master's are counted too")
    counts = {}
    for name, server in {
        "raw": bench.raw(workers=1),
        "harakiri off": bench.curfew("--timeout", "0", workers=1),
        "harakiri on": bench.curfew("--timeout", "30s", workers=1),
    }.items():
        with server:
            counts[name] = count(server, bench.directory / "strace.txt")

    calls = sorted({call for each in counts.values() for call in each})
    rows = [(call, *(f"{each.get(call, 0):.3f}" for each in counts.values())) for call in calls]
    sums = {name: sum(each.values()) for name, each in counts.items()}
    report.table(("", *counts), [*rows, ("all", *(f"{each:.3f}" for each in sums.values()))])

    extra = sum(max(0.0, counts["harakiri on"].get(call, 0) - counts["harakiri off"].get(call, 0))
                for call in calls)
    return [report.Target("harakiri: no system call more per request", f"{extra:.3f} more",
                          extra < SAME)]


def count(server, output):
    """Calls per request, by name."""
    with Client(server.port) as client:
        for _ in range(100):
            client.get("/hello")
        with traced(server, output):
            for _ in range(REQUESTS):
                client.get("/hello")

    calls = {}
    for line in output.read_text().splitlines():
        words = line.split()
        if len(words) == 2 and words[0].isdigit() and words[1] != "total":
            calls[words[1]] = int(words[0]) / REQUESTS
    # Once or twice in the whole run is not per request.
    return {name: each for name, each in calls.items() if each >= 0.01}


@contextlib.contextmanager
def traced(server, output):
    family = processes.settled_family(server.pid)
    command = ["strace", "-f", "-c", "--summary-columns=calls,name", "-o", str(output),
               *(f"--attach={pid}" for pid in family)]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for _ in family:
            line = strace.stderr.readline()
            if "attached" not in line:
                raise SystemExit(f"strace cannot attach: {line}{strace.stderr.read()}")
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.communicate()
