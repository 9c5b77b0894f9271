"""One turn on one machine: README's steps, as root or as an ordinary user.

    inside.py TREE USER CLONE [offline]

Runs as the first process of a namespace of its own, so that all it mounts and starts is gone with it,
however it ends. Prints a line `ok ...` or `FAILED ...` for each step, and `end` when it is through.
"""

import fcntl
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time

import machine
import readme
import steps

TREE, USER, CLONE = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
OFFLINE = "offline" in sys.argv[4:]
TURN = f"{USER}, {'offline' if OFFLINE else 'online'}"
ROOT = USER == "root"
HOME = "/root" if ROOT else f"/home/{USER}"
SOURCE = TREE / HOME[1:] / "curfew"
SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# A login's, without the system's programs for who is not root.
PATH = SYSTEM if ROOT else "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
WRITE_OUT = "%{stderr}\\nstatus %{http_code}\\n"


def mount(*arguments):
    machine.run("mount", *arguments)


def mount_all(cache):
    """What a container has, and the two caches."""
    dev = TREE / "dev"
    mount("-t", "proc", "proc", TREE / "proc")
    mount("-t", "sysfs", "-o", "ro", "sysfs", TREE / "sys")
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", dev)
    for name in ["null", "zero", "full", "random", "urandom", "tty"]:
        (dev / name).touch()
        mount("--bind", f"/dev/{name}", dev / name)
    (dev / "pts").mkdir()
    (dev / "shm").mkdir()
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620,gid=5", "devpts", dev / "pts")
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", dev / "shm")
    for name, target in [
        ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"),
        ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2"),
    ]:
        (dev / name).symlink_to(target)
    for kept, place in [("packages", "var/cache/apt/archives"), ("ccache", "var/cache/ccache")]:
        (TREE / place).mkdir(parents=True, exist_ok=True)
        mount("--bind", cache / kept, TREE / place)


def raise_loopback():
    """A new network has its loopback down."""
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = bytearray(struct.pack("16sh22x", b"lo", 0))
        fcntl.ioctl(any_socket, SIOCGIFFLAGS, request)
        struct.pack_into("h", request, 16, struct.unpack_from("h", request, 16)[0] | IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def command(text, directory=None, user=USER, path=PATH, home=HOME):
    """The command line that has the machine's shell run it, as that user."""
    return [
        "chroot", f"--userspec={user}", TREE, "/usr/bin/env", "-i", f"PATH={path}", f"HOME={home}",
        f"USER={user}", f"LOGNAME={user}", "SHELL=/bin/bash", "TERM=dumb",
        "CCACHE_DIR=/var/cache/ccache", "CCACHE_UMASK=000",
        "/bin/bash", "-c", 'cd "$1" && exec /bin/bash -c "$2"', "-",
        directory or f"{HOME}/curfew", text,
    ]


def enter(text):
    machine.run(*command(text, directory="/", user="root", path=SYSTEM, home="/root"))


class Failed(Exception):
    """What is wrong, and what was printed."""


class Server:
    """One that README has had started; it serves until the end."""

    def __init__(self, step, log):
        self.step, self.log = step, log
        with open(log, "w") as output:
            self.process = subprocess.Popen(
                command(step.text), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )

    def wait_until_it_listens(self):
        end = time.monotonic() + self.step.limit
        while "listening on " not in self.printed():
            if self.process.poll() is not None:
                raise Failed(f"ended with status {self.process.returncode}\n{tail(self.printed())}")
            if time.monotonic() > end:
                raise Failed(f"does not listen after {self.step.limit} s\n{tail(self.printed())}")
            time.sleep(0.1)

    def printed(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        """As README says: TERM, and status 0."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            raise Failed(f"still runs a minute after TERM\n{tail(self.printed())}") from None
        if status != 0:
            raise Failed(f"ended with status {status} at TERM\n{tail(self.printed())}")


def name_of(step):
    """For files of its own: manual-119."""
    return pathlib.Path(step.place.replace(".md:", "-")).name


def tail(text, lines=25):
    return "\n".join("    | " + line[:300] for line in text.splitlines()[-lines:])


def execute(text, limit):
    """What it prints; fails if it fails, or takes longer."""
    process = subprocess.Popen(
        command(text), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, text=True, errors="replace",
    )
    try:
        printed, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        printed, _ = process.communicate()
        raise Failed(f"takes longer than {limit} s\n{tail(printed)}") from None
    if process.returncode != 0:
        raise Failed(f"exit status {process.returncode}\n{tail(printed)}")
    return printed


class Turn:
    def __init__(self):
        self.servers = []
        self.application = None  # the last that README has served by name
        self.started_with = machine.starters(TREE)

    def check(self, what, function):
        begin = time.monotonic()
        try:
            function()
        except (Failed, OSError, machine.Impossible) as failure:
            print(f"FAILED ({TURN}) {what}: {failure}", flush=True)
        else:
            print(f"ok ({TURN}) {what}  {time.monotonic() - begin:.1f} s", flush=True)

    def perform(self, step):
        text = step.text.splitlines()[0]
        what = f"{step.place}: {text}"
        if step.kind == "skip":
            print(f"left out ({TURN}) {what}: {step.detail}", flush=True)
            return
        self.check(what, lambda: getattr(self, step.kind)(step))  # the methods from serve() on

    def serve(self, step):
        first = not self.servers
        server = Server(step, TREE.parent / f"{TREE.name}-{name_of(step)}.log")
        self.servers.append(server)
        if application := re.search(r"\./\S+\.so", step.text):
            self.application = application[0]
        server.wait_until_it_listens()
        if first:
            self.no_service()

    def no_service(self):
        """What the packages have brought along must not start, now or at boot."""
        if new := machine.starters(TREE) - self.started_with:
            raise Failed(f"enabled services (tools/lib/install is to leave them disabled): {sorted(new)}")
        asked = TREE / machine.ASKED
        lines = asked.read_text().splitlines() if asked.exists() else []
        if wrong := [line for line in lines if "daemon-reload" not in line]:
            raise Failed(f"asked systemd (tools/lib/install is to see to it that nobody does): {wrong}")

    def run(self, step):
        text = f"sudo {step.text}" if step.as_root and not ROOT else step.text
        return execute(text, step.limit)

    def curl(self, step):
        printed = self.run(step)
        status = re.findall(r"^status (\d+)$", printed, re.MULTILINE)
        if not status or int(status[-1]) != step.status:
            said = "as its comment says" if step.status != 200 else "as its comment names no other"
            got = status[-1] if status else "none"
            raise Failed(f"status {got}, not {step.status}, {said}\n{tail(printed)}")

    def wrk(self, step):
        printed = self.run(step)
        if "Requests/sec:" not in printed or "Non-2xx" in printed:
            raise Failed(f"not all was answered with 2xx\n{tail(printed)}")

    def write(self, name, text):
        (SOURCE / name).write_text(text)
        os.chmod(SOURCE / name, 0o644)

    def compile(self, name, step):
        execute(f"g++ -c -fPIC $(pkg-config --cflags curfew) {name} -o /dev/null", step.limit)

    def file(self, step):
        self.write(step.detail, step.text)
        self.compile(step.detail, step)

    def handler(self, step):
        name = f"{name_of(step)}.cpp"
        file, line = step.place.split(":")
        self.write(name, f"""#include <curfew/app.h>
using namespace curfew;
Response handler(const Request& request) {{
#line {line} "{file}"
{step.text}
    return text(request.path());
}}
""")
        self.compile(name, step)

    def configuration(self, step):
        name = f"{name_of(step)}.toml"
        self.write(name, step.text)
        application = self.application or "demo"
        execute(f"curfew --check-config --config {name} {application}", step.limit)

    def finish(self):
        for server in reversed(self.servers):
            self.check(f"stops: {server.step.text}", server.stop)
        for tool in ["tools/network stop", "tools/backends stop"]:
            self.check(tool, lambda tool=tool: execute(tool, 60))
        self.check("nothing is left running", nothing_runs)


def nothing_runs():
    """Whatever has the machine's root for its own, and is not a zombie."""
    end = time.monotonic() + 10
    while left := [line for line in map(running, pathlib.Path("/proc").glob("[0-9]*")) if line]:
        if time.monotonic() > end:
            raise Failed(f"{left}")
        time.sleep(0.1)


def running(process):
    try:
        if os.readlink(process / "root") != str(TREE):
            return None
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return None  # it has just ended


def copy_clone():
    """A second turn goes on with what the first has built."""
    if SOURCE.exists():
        return
    machine.run("cp", "-a", CLONE, SOURCE)
    machine.run("chown", "-R", "--reference", TREE / HOME[1:], SOURCE)
    (TREE / HOME[1:] / ".curlrc").write_text(f'no-progress-meter\nwrite-out = "{WRITE_OUT}"\n')


def turn():
    cache = TREE.parent.parent
    mount("-t", "proc", "proc", "/proc")
    mount_all(cache)
    if OFFLINE:
        raise_loopback()
    elif not ROOT:
        machine.add_user(TREE, enter)
        machine.as_systemd_has_it(TREE)
    copy_clone()
    this = Turn()
    for file in readme.FILES:
        plan, errors = steps.plan(readme.blocks((SOURCE / file).read_text()), file)
        for message in errors:
            print(f"FAILED ({TURN}) {message}", flush=True)
        for step in plan:
            this.perform(step)
    this.finish()
    print("end", flush=True)


def main():
    """The first process takes care of those whose parents have ended, as a container's does."""
    child = os.fork()
    if child == 0:
        turn()
        return
    while True:
        pid, status = os.wait()
        if pid == child:
            sys.exit(os.waitstatus_to_exitcode(status) != 0)


main()
