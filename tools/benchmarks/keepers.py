"""What it takes to have somebody who outlives each worker."""

import processes
import report
from client import Client

MOST = 300_000  # bytes


def measure(bench):
    report.heading("Memory (PSS) of the keepers of 2 workers, after some requests")
    with bench.curfew() as server:
        with Client(server.port) as client:
            for _ in range(2000):
                client.get("/hello")
        sizes = {processes.title(pid): processes.own_pss(pid)
                 for pid in processes.children(server.pid) if "keeper" in processes.title(pid)}
    report.table(("", ""), [(name, f"{size / 1000:.0f} KB") for name, size in sizes.items()])
    worst = max(sizes.values(), default=0)
    return [report.Target(f"a keeper: under {MOST / 1000:.0f} KB", f"{worst / 1000:.0f} KB",
                          0 < worst < MOST)]
