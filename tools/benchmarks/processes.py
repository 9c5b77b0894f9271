"""What the kernel knows about the processes of a server. A server is its first process and all that
descend from it."""

import ctypes
import pathlib
import time

libc = ctypes.CDLL(None)


def family(pid):
    """The process and its descendants, those that are gone meanwhile left out."""
    members = [pid]
    for member in members:
        members += children(member)
    return members


def settled_family(pid):
    """Without what only helps at the start."""
    before = None
    while (now := family(pid)) != before:
        before = now
        time.sleep(0.5)
    return now


def children(pid):
    found = []
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def workers(pid):
    """Those children that serve, in the order of their birth."""
    return [child for child in children(pid)
            if "worker" in (name := title(child)) and "[ready]" in name]


def title(pid):
    """What ps shows; empty for one that is dying."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def cpu_seconds(pid):
    """User and system time of the whole family, of all threads, to the nanosecond; the ticks in
    /proc/PID/stat would be too coarse for runs of a second."""
    return sum(own_cpu_seconds(member) for member in family(pid))


def own_cpu_seconds(pid):
    clock = ctypes.c_int()
    if libc.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        return 0.0
    return time.clock_gettime(clock.value)


def pss(pid):
    """Proportional set size of the family, in bytes: pages that several processes share count in
    parts, so that the sum is what the server really takes."""
    return sum(own_pss(member) for member in family(pid))


def own_pss(pid):
    """0 if it has ended meanwhile, as what looks at the machine at the start does."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in lines:
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no Pss in the smaps_rollup of {pid}")


def switches(pid):
    """How often a process of the family was given the processor, so far."""
    total = 0
    for member in family(pid):
        for status in pathlib.Path(f"/proc/{member}/task").glob("*/status"):
            for line in status.read_text().splitlines():
                if "ctxt_switches:" in line:
                    total += int(line.split()[1])
    return total
