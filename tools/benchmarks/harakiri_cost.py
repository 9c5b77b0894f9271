"""What the limit on requests costs those that keep it."""

import statistics
import subprocess

import processes
import report

TURNS = 2500
REQUESTS = 500  # a turn of each server: some milliseconds
CONNECTIONS = 32
MOST_LOSS = 0.01


def measure(bench):
    report.heading(f"Harakiri's cost: 1 worker with and 1 without, by turns, {TURNS:,} times "
                   f"{REQUESTS} requests of {CONNECTIONS} connections each; the ratios are medians "
                   "over the turns")
    with bench.curfew("--timeout", "0", workers=1) as off:
        with bench.curfew("--timeout", "30s", workers=1) as on:
            turns = compare(bench, off, on)

    def per_request(column):
        return statistics.median(turn[column] for turn in turns) / 1000 / REQUESTS

    rate = [turn[0] / turn[2] for turn in turns]
    # A turn is so short that the kernel's account of it can be nothing.
    cpu = [turn[3] / turn[1] for turn in turns if turn[1]]
    report.table(("", "requests/s", "CPU us/request"), [
        ("off (--timeout 0)", f"{1e6 / per_request(0):,.0f}", f"{per_request(1):.2f}"),
        ("on (--timeout 30s)", f"{1e6 / per_request(2):,.0f}", f"{per_request(3):.2f}"),
        ("on / off", f"{statistics.median(rate):.3f}", f"{statistics.median(cpu):.3f}"),
        ("half of the turns", between_quartiles(rate), between_quartiles(cpu))])
    loss = 1 - statistics.median(rate)
    return [report.Target(f"harakiri: under {MOST_LOSS:.0%} of throughput", f"{loss * 100:+.1f} %",
                          loss < MOST_LOSS)]


def compare(bench, off, on):
    """For each turn: time and CPU time of the first server, then of the second, in nanoseconds."""
    described = [f"{server.port}:{','.join(map(str, processes.settled_family(server.pid)))}"
                 for server in (off, on)]
    size = len(bench.hello()[0])
    output = subprocess.run(
        [bench.helper("slices"), str(TURNS), str(REQUESTS), str(CONNECTIONS), str(size),
         *described],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    return [[int(word) for word in line.split()] for line in output.splitlines()]


def between_quartiles(values):
    low, _, high = statistics.quantiles(values)
    return f"{low:.3f} to {high:.3f}"
