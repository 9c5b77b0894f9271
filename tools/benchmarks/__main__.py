"""Runs the measurements named on the command line, or all; see tools/bench."""

import argparse
import contextlib
import os
import signal
import sys
import tempfile

import call_costs
import crash_storm
import deaths
import harakiri_cost
import harakiri_kills
import http_load
import idle
import keepers
import kills_under_load
import limits
import memory
import neighbours
import privileges
import report
import servers
import start
import stuck
import syscalls

MEASUREMENTS = {
    "http": [http_load],
    "memory": [memory],
    "idle": [idle],
    "start": [start],
    "syscalls": [syscalls],
    "harakiri": [harakiri_cost, harakiri_kills, stuck, deaths, crash_storm, neighbours,
                 kills_under_load, keepers, privileges],
    "calls": [call_costs],
    "limits": [limits],
}


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures curfew.")
    parser.add_argument("what", nargs="*",
                        help=f"of {', '.join(MEASUREMENTS)}; all if none is named")
    parser.add_argument("--server", metavar="PATH", required=True, help="the binary to measure")
    parser.add_argument("--requests", metavar="N", type=int, default=servers.Bench.requests,
                        help="harakiri: so many that are stuck, crash, are killed (%(default)s)")
    parser.add_argument("--seconds", metavar="N", type=int, default=servers.Bench.seconds,
                        help="harakiri: of load on workers that are killed (%(default)s)")
    parser.add_argument("--only", metavar="PART",
                        help="of what is named, the measurement in PART.py alone")
    parsed = parser.parse_args()
    if not os.access(parsed.server, os.X_OK):
        parser.error(f"there is no server {parsed.server}")
    for name in parsed.what:
        if name not in MEASUREMENTS:
            parser.error(f"there is no measurement {name!r}")
    return parsed


def main():
    options = arguments()
    # An exception, so that every server is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped by SIGTERM"))
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as directory:
        if os.geteuid() == 0:
            os.chmod(directory, 0o755)
        bench = servers.Bench(options.server, directory)
        bench.requests, bench.seconds = options.requests, options.seconds
        targets = []
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; loopback only", flush=True)
        for name in options.what or MEASUREMENTS:
            for measurement in MEASUREMENTS[name]:
                if options.only not in (None, measurement.__name__):
                    continue
                targets += measurement.measure(bench)
    report.verdict(targets)
    return 0 if all(target.met for target in targets) else 1


with contextlib.suppress(KeyboardInterrupt):
    sys.exit(main())
sys.exit(130)
