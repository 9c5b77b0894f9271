"""A server that nobody talks to should sleep."""

import time

import processes
import report
from client import Client

SECONDS = 5
SETTLE = 0.5


def measure(bench):
    report.heading(f"Wake-ups of master and 2 workers with nothing to do, over {SECONDS} s each")
    with bench.curfew("--keep-alive", "10m") as server:
        alone = wake_ups(server)
        clients = [Client(server.port) for _ in range(100)]
        for client in clients:
            client.get("/hello")
        connected = wake_ups(server)
        for client in clients:
            client.socket.close()
    report.table(("", "a second"), [("no connection", f"{alone:.1f}"),
                                    ("100 idle connections", f"{connected:.1f}")])
    return []


def wake_ups(server):
    time.sleep(SETTLE)
    before = processes.switches(server.pid)
    time.sleep(SECONDS)
    return (processes.switches(server.pid) - before) / SECONDS
