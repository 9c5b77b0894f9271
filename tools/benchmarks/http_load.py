"""The demo's /hello under load, beside nginx and a bare epoll loop."""

import contextlib
import statistics

import processes
import report
import wrk

ROUNDS = 9
SECONDS = 1
MOST_CPU = 1.25  # times that of the bare loop, kept alive


def measure(bench):
    report.heading(f"/hello, 2 workers, wrk with 64 connections; medians of {ROUNDS} rounds of "
                   f"{SECONDS} s, by turns; the ratios are to raw, a bare epoll loop, in the same "
                   "round")
    with contextlib.ExitStack() as stack:
        servers = {
            "raw": stack.enter_context(bench.raw()),
            "nginx": stack.enter_context(bench.nginx()),
            "curfew": stack.enter_context(bench.curfew()),
        }
        kept = rounds(servers, close=False)
        memory = {name: processes.pss(server.pid) for name, server in servers.items()}
        closed = rounds(servers, close=True)
    print_table("keep-alive", kept, memory)
    print_table("Connection: close", closed, memory)

    ratio = cpu_ratio(kept, "curfew")
    return [report.Target(f"/hello, kept alive: at most {MOST_CPU} times raw's CPU per request",
                          f"{ratio:.2f} times", ratio <= MOST_CPU)]


def rounds(servers, close):
    runs = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            runs[name].append(wrk.run(server, SECONDS, close=close))
    return runs


def cpu_ratio(runs, name):
    return statistics.median(
        own.cpu_us / raw.cpu_us for own, raw in zip(runs[name], runs["raw"]))


def rate_ratio(runs, name):
    return statistics.median(
        own.requests_per_second / raw.requests_per_second
        for own, raw in zip(runs[name], runs["raw"]))


def print_table(title, runs, memory):
    rows = []
    for name, own in runs.items():
        def median(field):
            return statistics.median(getattr(run, field) for run in own)
        rows.append((name, f"{median('requests_per_second'):,.0f}",
                     f"{rate_ratio(runs, name):.2f}", f"{median('cpu_us'):.2f}",
                     f"{cpu_ratio(runs, name):.2f}", f"{median('p50_us') / 1000:.2f}",
                     f"{median('p99_us') / 1000:.2f}", f"{memory[name] / 1e6:.1f}"))
    report.table((title, "requests/s", "ratio", "CPU us/request", "ratio", "p50 ms", "p99 ms",
                  "PSS MB"), rows)
    print()
