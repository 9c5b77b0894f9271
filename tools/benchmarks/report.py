"""Tables, and the targets that the closing lines compare with."""

from dataclasses import dataclass


@dataclass
class Target:
    """What is promised, what was measured, and whether that keeps the promise."""

    promise: str
    measured: str
    met: bool


def heading(text):
    print(f"\n{text}", flush=True)


def table(columns, rows):
    """The first column to the left, the others, which hold numbers, to the right."""
    lines = [columns, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  " + "   ".join(cells).rstrip(), flush=True)


def percentile(values, percent):
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def verdict(targets):
    if not targets:
        return
    heading("Targets")
    rows = [(t.promise, t.measured, "met" if t.met else "NOT MET") for t in targets]
    table(("", "measured", ""), rows)
