"""How exactly the limits of functions are kept over bad networks, and what is left behind."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import time

import processes
import report
from backends import Backends, impaired
from client import Client

NETWORKS = {"stall": ["down", "stall", "0"], "drip": ["down", "drip", "1/20ms"],
            "black hole": ["black-hole"]}
LIBRARIES = ("http", "cache", "db")
CLASSES = {"deadline": "sync", "fiber": "fiber"}
SAMPLES = 200  # for each library and network
LIMIT = 20  # milliseconds
MOST_LATE = 5.0
TIMEOUTS = 10_000
WARM_UP = 1_000
CLIENTS = 10


def measure(bench):
    targets = []
    with Backends(bench.directory / "backends") as backends, bench.curfew() as target:
        for strategy, worker_class in CLASSES.items():
            late, left = [], []
            report.heading(f"Strategy {strategy}, worker class {worker_class}: how late calls end "
                           f"whose limit is {LIMIT} ms, {SAMPLES} of each")
            rows = []
            for network, conditions in NETWORKS.items():
                with served(bench, backends, target, conditions, worker_class) as server:
                    worker = processes.children(server.pid)[0]
                    for library in LIBRARIES:
                        samples = lateness(server, strategy, library)
                        late += samples
                        rows.append((f"{library}, {network}", *(
                            f"{value:.2f}" for value in (report.percentile(samples, 50),
                                                         report.percentile(samples, 99),
                                                         max(samples)))))
                    left.append(what_is_left(server, worker, strategy, LIBRARIES,
                                             TIMEOUTS // len(NETWORKS)))
            report.table(("ms after the limit", "p50", "p99", "latest"), rows)
            p99 = report.percentile(late, 99)
            targets.append(report.Target(f"{strategy}: at most {MOST_LATE:g} ms late (p99)",
                                         f"{p99:.2f} ms", p99 <= MOST_LATE))
            targets += verdict(strategy, left)
    return targets + processes_killed(bench)


def processes_killed(bench):
    """What no wait ends: computing, and waiting for a lock."""
    with bench.curfew("--threads", str(CLIENTS), "--helpers", str(CLIENTS), "--timeout", "30s",
                      "--keep-alive", "1h", workers=1) as server:
        worker = processes.children(server.pid)[0]
        return verdict("process", [what_is_left(server, worker, "process",
                                                ("spin", "lock", "sleep"), TIMEOUTS, seconds=5)])


@contextlib.contextmanager
def served(bench, backends, target, conditions, worker_class):
    """One worker of the demo whose backends are all behind such a network."""
    with contextlib.ExitStack() as stack:
        http, cache, db = (
            stack.enter_context(impaired(bench, address, conditions))
            for address in (f"127.0.0.1:{target.port}", backends.cache, backends.db))
        settings = {**backends.settings, "CURFEW_CACHE_SERVERS": cache, "CURFEW_DB_ADDRESS": db,
                    "DEMO_HTTP": f"http://{http}"}
        os.environ.update(settings)
        try:
            yield stack.enter_context(
                bench.curfew("--worker-class", worker_class, "--timeout", "30s",
                             "--keep-alive", "1h", workers=1))
        finally:
            for name in settings:
                os.environ.pop(name, None)


def lateness(server, strategy, function, limit=LIMIT, number=SAMPLES, seconds=0):
    """Milliseconds, of each of so many calls."""
    late = []
    with Client(server.port) as client:
        for _ in range(number):
            body = client.get(f"/timeout/{strategy}/{function}?limit={limit}ms"
                              f"&seconds={seconds}")
            outcome = json.loads(body.split(b"\r\n\r\n", 1)[1])
            if outcome["outcome"] != "timeout":
                raise SystemExit(f"not a timeout: {outcome}")
            late.append(outcome["late_ms"])
    return late


def what_is_left(server, worker, strategy, functions, number, seconds=0):
    """What a worker has more of after so many timeouts: descriptors, threads, children, bytes."""
    def shower(total):
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [pool.submit(lateness, server, strategy, functions[i % len(functions)], 3,
                                total // CLIENTS, seconds) for i in range(CLIENTS)]
            for job in jobs:
                job.result()

    shower(WARM_UP // len(NETWORKS))
    before = holdings(worker)
    shower(number)
    after = holdings(worker)
    return {name: after[name] - before[name] for name in after}


def holdings(pid):
    time.sleep(0.5)  # what was told to end may take its moment
    folder = pathlib.Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return {"descriptors": len(list((folder / "fd").iterdir())),
            "threads": int(status["Threads"]),
            "children": len(processes.family(pid)),
            "KiB": int(status["RssAnon"].split()[0])}


def verdict(name, left):
    total = {key: max(each[key] for each in left) for key in left[0]}
    kept = (total["descriptors"] <= 0 and total["threads"] <= 0 and total["children"] <= 0
            and total["KiB"] < 1024)
    measured = ", ".join(f"{value:+d} {key}" for key, value in total.items())
    return [report.Target(f"{name}: nothing left behind after {TIMEOUTS:,} timeouts", measured,
                          kept)]
