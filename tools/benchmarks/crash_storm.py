"""Healthy clients beside a route that crashes its worker many times a second."""

import contextlib
import threading
import time

import report
from client import Client

WORKERS = 2
CRASHES = 50  # a second
SECONDS = 10  # longer than any pause that a server could make before it forks again
LIMIT_MS = 50
CLASSES = {
    "sync": (),
    "threads": ("--worker-class", "threads", "--threads", "4"),
    "fiber": ("--worker-class", "fiber"),
}


def measure(bench):
    report.heading(f"{CRASHES} requests a second that crash their worker, for {SECONDS} s, "
                   f"{WORKERS} workers; beside them clients of /hello, on one connection and on "
                   "new ones")
    rows, targets = [], []
    for name, options in CLASSES.items():
        with bench.curfew("--log-level", "critical", *options, workers=WORKERS) as server:
            latencies, lost = storm(server.port)
        p99 = report.percentile(latencies, 99)
        times = [report.percentile(latencies, 50), p99, max(latencies)]
        rows.append((name, f"{len(latencies):,}", str(lost), *(f"{each:.2f}" for each in times)))
        targets.append(report.Target(
            f"class {name}, {CRASHES} crashes a second: all answered, p99 under {LIMIT_MS} ms",
            f"{lost} not answered, p99 {p99:.1f} ms", lost == 0 and p99 < LIMIT_MS))
    report.table(("class", "answered", "not", "median ms", "p99 ms", "most ms"), rows)
    return targets


def storm(port):
    """The milliseconds that each healthy answer took, and how many did not come."""
    over = threading.Event()
    latencies, lost = [], []
    threads = [threading.Thread(target=crash, args=(port, over)),
               threading.Thread(target=ask, args=(port, over, True, latencies, lost)),
               threading.Thread(target=ask, args=(port, over, False, latencies, lost))]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    over.set()
    for thread in threads:
        thread.join()
    return latencies, len(lost)


def crash(port, over):
    while not over.wait(1 / CRASHES):
        with contextlib.suppress(OSError), Client(port) as client:
            client.send("/crash/segv")


def ask(port, over, keep, latencies, lost):
    with contextlib.ExitStack() as stack:
        client = None
        while not over.wait(0.002):
            begin = time.monotonic()
            try:
                if not (client and keep):
                    stack.close()
                    client = stack.enter_context(Client(port))
                answer = client.get("/hello")
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise ConnectionError(answer[:20])
                latencies.append((time.monotonic() - begin) * 1000)
            except OSError as error:
                lost.append(error)
                client = None
