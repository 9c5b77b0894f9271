"""The servers that handlers call, real ones, and bad networks before them."""

import contextlib
import os
import shlex
import subprocess

from servers import HERE, free_port

ROOT = HERE.parent.parent


class Backends:
    """memcached and MariaDB in a directory of their own, while a with block lasts."""

    def __init__(self, directory):
        self.environment = {**os.environ, "CURFEW_BACKENDS_DIR": str(directory)}

    def __enter__(self):
        self.tool("start")
        words = shlex.split(self.tool("env"))
        self.settings = dict(word.split("=", 1) for word in words if "=" in word)
        return self

    def __exit__(self, *_):
        self.tool("stop")

    def tool(self, command):
        return subprocess.run([ROOT / "tools" / "backends", command], env=self.environment,
                              check=True, stdout=subprocess.PIPE, text=True).stdout

    @property
    def cache(self):
        return self.settings["CURFEW_CACHE_SERVERS"]

    @property
    def db(self):
        return self.settings["CURFEW_DB_ADDRESS"]


@contextlib.contextmanager
def impaired(bench, address, conditions):
    """The address of a proxy before that one."""
    listen = f"127.0.0.1:{free_port()}"
    control = bench.directory / f"impair-{listen.rsplit(':', 1)[1]}"
    proxy = subprocess.Popen(
        [bench.impair, "--to", address, "--listen", listen, "--control", control, *conditions],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        if not proxy.stdout.readline():
            raise SystemExit(f"impair does not start before {address}")
        yield listen
    finally:
        proxy.terminate()
        proxy.wait(5)
