"""What a call costs under each strategy when nothing is slow."""

import subprocess

import report

# Nanoseconds at most, and what else a strategy is held against.
TARGETS = {"deadline": 100, "alarm": 600, "checkpoint": 600, "fiber": 300, "thread": 5000,
           "process": 8000}


def measure(bench):
    report.heading("A call that ends in time, under each strategy (median, one after the other)")
    output = subprocess.run([bench.tools / "benchmarks" / "call_costs"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    costs = {name: float(cost) for name, cost in (line.split() for line in output.splitlines())}
    bare = costs.pop("call")
    report.table(("ns for each call, beside the bare one's " + f"{bare:.1f}", "more"),
                 [(name, f"{cost - bare:,.0f}") for name, cost in costs.items()])
    return [report.Target(f"a call under {name} costs less than {most / 1000:g} µs",
                          f"{(costs[name] - bare) / 1000:.2f} µs", costs[name] - bare < most)
            for name, most in TARGETS.items() if name in costs]
