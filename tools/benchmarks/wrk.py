"""One run of wrk against a server."""

import pathlib
import subprocess
from dataclasses import dataclass

import processes


@dataclass
class Run:
    requests_per_second: float
    p50_us: float
    p99_us: float
    cpu_us: float  # of the server's processes, per request


def run(server, seconds, threads=2, connections=64, close=False):
    script = pathlib.Path(__file__).with_name("wrk.lua")
    command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "-s", script,
               *(["-H", "Connection: close"] if close else []),
               f"http://127.0.0.1:{server.port}/hello"]
    before = processes.cpu_seconds(server.pid)
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    cpu = processes.cpu_seconds(server.pid) - before

    line = next(line for line in output.splitlines() if line.startswith("result "))
    requests, duration_us, p50, p99, errors = map(int, line.split()[1:])
    if errors > 0 or requests == 0:
        raise SystemExit(f"{requests} requests, {errors} errors from {' '.join(server.command)}")
    return Run(requests / duration_us * 1e6, p50, p99, cpu / requests * 1e6)
