"""Memory of an idle server, and of connections that nobody uses at the moment."""

import contextlib
import resource
import time

import processes
import report
from client import Client

CONNECTIONS = 10_000
SPARE_DESCRIPTORS = 200
MOST_IDLE = 12e6  # bytes, master and two workers
MOST_PER_CONNECTION = 10_000  # bytes

KEEP = ("--keep-alive", "10m", "--worker-connections", str(CONNECTIONS))


def measure(bench):
    count = make_room(CONNECTIONS)
    report.heading(f"Memory (PSS: shared pages count in parts) of master and 2 workers; each of "
                   f"{count:,} connections has had one request answered; sockets' kernel memory is "
                   "not in it")
    with bench.curfew(*KEEP) as server, contextlib.ExitStack() as stack:
        fresh = settled_pss(server.pid)
        with Client(server.port) as client:
            for _ in range(2000):
                client.get("/hello")
        idle = settled_pss(server.pid)
        parts = [(processes.title(pid), processes.own_pss(pid))
                 for pid in processes.family(server.pid)]
        for _ in range(count):
            stack.enter_context(Client(server.port)).get("/hello")
        full = settled_pss(server.pid)
    each = (full - idle) / count

    rows = [("just started", f"{fresh / 1e6:.2f} MB"),
            ("idle, after 2,000 requests", f"{idle / 1e6:.2f} MB")]
    rows += [(f"  {name}", f"{size / 1e6:.2f} MB") for name, size in parts]
    rows += [(f"with {count:,} idle connections", f"{full / 1e6:.2f} MB"),
             ("each connection", f"{each / 1000:.2f} KB")]
    report.table(("", ""), rows)
    worst = max(fresh, idle)
    return [
        report.Target(f"master and two workers, idle: under {MOST_IDLE / 1e6:.0f} MB",
                      f"{worst / 1e6:.1f} MB", worst < MOST_IDLE),
        report.Target(f"{CONNECTIONS:,} idle connections: each under "
                      f"{MOST_PER_CONNECTION / 1000:.0f} KB", f"{each / 1000:.1f} KB",
                      count == CONNECTIONS and each < MOST_PER_CONNECTION),
    ]


def make_room(wanted):
    """Descriptors for so many connections, here and, by inheritance, in the server. The number that
    there is room for."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    room = wanted if most == resource.RLIM_INFINITY else min(wanted, most - SPARE_DESCRIPTORS)
    if room < wanted:
        print(f"the limit of {most} descriptors leaves room for {room} connections")
    return room


def settled_pss(pid):
    """Once it stays the same for a while: a server may still be busy with what was just asked."""
    previous = -1
    while (size := processes.pss(pid)) != previous:
        previous = size
        time.sleep(0.2)
    return size
