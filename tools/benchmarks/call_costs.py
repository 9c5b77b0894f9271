"""What a call costs under each strategy when nothing is slow."""

import subprocess

import report

# Nanoseconds at most, more than the bare call.
TARGETS = {"deadline": 100, "alarm": 600, "checkpoint": 600, "fiber": 300}
# A hand-over and back takes what the machine takes; times that at most.
HAND_OVERS = {"thread": "to a thread", "process": "to a process"}
MOST_TIMES = 1.8


def measure(bench):
    report.heading("A call that ends in time, one after the other on one core (median)")
    output = subprocess.run([bench.tools / "benchmarks" / "call_costs"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    costs = {name: float(cost) for name, cost in
             (line.split("\t") for line in output.splitlines())}
    bare = costs.pop("call")
    report.table(("ns more than the bare call's " + f"{bare:.1f}", "more"),
                 [(f"bare hand-over {name} and back" if name in HAND_OVERS.values() else name,
                   f"{cost - bare:,.0f}") for name, cost in costs.items()])
    targets = [report.Target(f"a call under {name} costs less than {most / 1000:g} µs",
                             f"{(costs[name] - bare) / 1000:.2f} µs", costs[name] - bare < most)
               for name, most in TARGETS.items()]
    for name, hand_over in HAND_OVERS.items():
        times = costs[name] / costs[hand_over]
        targets.append(report.Target(
            f"under {name}, less than {MOST_TIMES} bare hand-overs {hand_over}",
            f"{times:.2f} x {costs[hand_over] / 1000:.1f} µs = {costs[name] / 1000:.1f} µs",
            times < MOST_TIMES))
    return targets
