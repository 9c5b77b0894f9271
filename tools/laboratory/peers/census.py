"""What this process has, and what a call in it still does."""

import contextlib
import os
import threading


def take():
    return {"threads": len(os.listdir("/proc/self/task")),
            "children": children(),
            "descriptors": len(os.listdir("/proc/self/fd"))}


def children():
    count = 0
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), open(f"/proc/self/task/{task}/children") as file:
            count += len(file.read().split())
    return count


running = {}  # the thread of each call


def noted(call, function):
    """`function`, noted as running from its start to its end."""

    def run():
        running[call] = threading.get_native_id()
        try:
            return function()
        finally:
            del running[call]

    return run


def what_runs(call):
    """What the thread of that call does; None once it runs no more."""
    thread = running.get(call)
    if thread is None:
        return None
    try:
        with open(f"/proc/self/task/{thread}/stat") as file:
            state = file.read().rpartition(") ")[2][0]
        with open(f"/proc/self/task/{thread}/wchan") as file:
            where = file.read()
    except OSError:
        return None
    if state == "R":
        return f"thread {thread} computes"
    # "0": the kernel does not tell.
    return f"thread {thread} waits" + (f" in {where}" if len(where) > 1 else "")
