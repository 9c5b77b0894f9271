"""From exec to the first answer."""

import statistics
import time

import report

STARTS = 10
MOST = 0.1  # seconds


def measure(bench):
    report.heading(f"Start with 2 workers, exec to first answer; {STARTS} times")
    times = []
    for _ in range(STARTS):
        begun = time.monotonic()
        with bench.curfew():
            times.append(time.monotonic() - begun)
    median = statistics.median(times)
    report.table(("", "median", "slowest"),
                 [("first answer", f"{median * 1000:.1f} ms", f"{max(times) * 1000:.1f} ms")])
    return [report.Target(f"first answer within {MOST * 1000:.0f} ms", f"{median * 1000:.1f} ms",
                          median <= MOST)]
