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


@dataclass
class Load:
    requests: int
    duration_us: int
    p50_us: int
    p99_us: int
    errors: dict  # of each kind


def load(server, seconds, threads=2, connections=64, close=False):
    """Whatever comes of it."""
    script = pathlib.Path(__file__).with_name("wrk.lua")
    command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "-s", script,
               *(["-H", "Connection: close"] if close else []),
               f"http://127.0.0.1:{server.port}/hello"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("result "))
    *figures, connect, read, write, timeout, status = map(int, line.split()[1:])
    return Load(*figures, {"connect": connect, "read": read, "write": write, "timeout": timeout,
                           "status": status})


def run(server, seconds, threads=2, connections=64, close=False):
    before = processes.cpu_seconds(server.pid)
    done = load(server, seconds, threads, connections, close)
    cpu = processes.cpu_seconds(server.pid) - before
    errors = sum(done.errors.values())
    if errors > 0 or done.requests == 0:
        raise SystemExit(
            f"{done.requests} requests, {errors} errors from {' '.join(server.command)}")
    return Run(done.requests / done.duration_us * 1e6, done.p50_us, done.p99_us,
               cpu / done.requests * 1e6)
