"""README's commands and snippets, word for word, on a bare Debian 12: as root and as an ordinary user
with sudo, each online first, and then once more with no network. Needs root, and the right to mount.

A line `ok ...` or `FAILED ...` for each step; exit status 0 if none failed. The machines are in
~/.cache/curfew-bare while it runs. What is kept there from one run to the next: the bare system itself
and the packages that were downloaded, for a week, and a compiler's cache, so that a step that builds is
quicker here than on a machine that has never built curfew.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys

import machine

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SPACE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]


def check_rights():
    if os.geteuid() != 0:
        raise machine.Impossible("it needs root.")
    try:
        machine.run(*SPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    except machine.Impossible as error:
        raise machine.Impossible(
            "it needs the right to mount (CAP_SYS_ADMIN; with Docker: --privileged). " + str(error)
        ) from None
    for port in [8000, 8080]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise machine.Impossible(f"README's servers need port {port}, and it is taken here.") from None


def clone(cache):
    """What is committed, and nothing else."""
    git = ["git", "-c", f"safe.directory={ROOT}", "-C", ROOT]
    target = cache.trees / "clone"
    target.mkdir()
    archive = subprocess.Popen([*git, "archive", "HEAD"], stdout=subprocess.PIPE)
    machine.run("tar", "-x", "-C", target, "--no-same-owner", stdin=archive.stdout)
    if archive.wait() != 0:
        raise machine.Impossible("git archive HEAD failed.")
    if subprocess.run([*git, "diff", "--quiet", "HEAD"]).returncode != 0:
        print("note: what is not committed is not tried", flush=True)
    return target


class Turns:
    """Counts what failed; ends what runs if it is ended itself."""

    def __init__(self):
        self.failed = 0
        self.process = None

    def run(self, tree, user, target, *offline):
        space = SPACE + (["--net"] if offline else [])
        # The kernel ends the namespace, and all in it, should this process be killed.
        guarded = ["setpriv", "--pdeathsig", "KILL", *space]
        self.process = subprocess.Popen(
            [*guarded, sys.executable, "-B", HERE / "inside.py", tree, user, target, *offline],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        ended = False
        for line in self.process.stdout:
            if line == "end\n":
                ended = True
                continue
            self.failed += line.startswith("FAILED ")
            print(line, end="", flush=True)
        self.process.wait()
        if not ended:
            self.failed += 1
            print(f"FAILED ({user}) the turn ended before its last step; see above", flush=True)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def main():
    for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    turns = Turns()
    cache = None
    try:
        check_rights()
        cache = machine.Cache()
        print("Making a bare Debian 12 (a minute the first time)", flush=True)
        cache.bootstrap()
        target = clone(cache)
        for user in ["root", machine.USER]:
            tree = cache.machine(user)
            turns.run(tree, user, target)
            turns.run(tree, user, target, "offline")
            machine.remove(tree)
    except machine.Impossible as error:
        turns.failed += 1
        print(f"FAILED No bare machine can be made here: {error}", flush=True)
    finally:
        turns.stop()
        if cache:
            print("Removing the machines", file=sys.stderr, flush=True)
            cache.clear()
    if turns.failed:
        print("Each step is a line of README, word for word: either what it tries is broken, or README is\n"
              "no longer true. How a block is tried is at the top of tests/bare/steps.py.", flush=True)
    sys.exit(turns.failed > 0)


main()
