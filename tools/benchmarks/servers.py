"""Starts and stops the servers that are measured."""

import contextlib
import functools
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time

from client import Client

HERE = pathlib.Path(__file__).parent
START_LIMIT = 10  # seconds

# For servers whose routes are to cost one worker after the other.
NO_BREAKER = ("--circuit-breaker", "0")

NGINX_CONF = """\
daemon off;
{user}
worker_processes {workers};
pid {directory}/nginx.pid;
error_log {directory}/nginx.log error;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {directory}/nginx-body;
    proxy_temp_path {directory}/nginx-proxy;
    fastcgi_temp_path {directory}/nginx-fastcgi;
    uwsgi_temp_path {directory}/nginx-uwsgi;
    scgi_temp_path {directory}/nginx-scgi;
    default_type "text/plain; charset=utf-8";
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location = /hello {{ return 200 "{body}\\n"; }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running server, stopped at the end of a with block, whatever ends that."""

    def __init__(self, command, port, log):
        self.command, self.port, self.log = command, port, log

    def __enter__(self):
        self.launch()
        try:
            self.await_answer()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def launch(self):
        with open(self.log, "wb") as log:
            # A group of its own: ctrl-C reaches us alone, and stop() can be sure of all.
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        self.pid = self.process.pid

    def await_answer(self):
        limit = time.monotonic() + START_LIMIT
        while True:
            try:
                with Client(self.port) as client:
                    return client.get("/hello")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    output = pathlib.Path(self.log).read_text(errors="replace")
                    raise SystemExit(f"{' '.join(self.command)}: does not serve\n{output}")
            time.sleep(0.0002)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


class Bench:
    """Makes servers; what they need of files is in `directory`."""

    requests = 1000  # of each kind that a measurement counts one by one
    seconds = 60  # of load on workers that are killed

    def __init__(self, binary, directory):
        self.binary = binary
        self.directory = pathlib.Path(directory)
        # Built with it, beside it.
        self.tools = pathlib.Path(binary).parent.parent / "tools"
        self.impair = self.tools / "impairment" / "impair"

    def curfew(self, *options, workers=2, prefix=()):
        """`prefix`: a command that starts it with other rights."""
        port = free_port()
        return Server(
            [*prefix, self.binary, "--app", "demo", "--bind", f"127.0.0.1:{port}",
             "--workers", str(workers),
             "--graceful-timeout", "1s", "--log-level", "error", *options],
            port, self.directory / f"curfew-{port}.log")

    def nginx(self, workers=2):
        port = free_port()
        # Started as root, its workers would change to a user who cannot read the directory.
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        conf = self.directory / "nginx.conf"
        conf.write_text(NGINX_CONF.format(user=user, workers=workers, directory=self.directory,
                                          port=port, body=self.body()))
        return Server(
            [self.nginx_binary(), "-e", str(self.directory / "nginx.log"), "-c", str(conf)],
            port, self.directory / "nginx-output.log")

    def raw(self, workers=2):
        """The bare epoll loop, which answers what curfew would, byte for byte."""
        port = free_port()
        return Server([self.helper("raw"), str(port), str(workers), *self.hello_files()],
                      port, self.directory / "raw.log")

    @staticmethod
    def nginx_binary():
        """Debian has it where the path of an ordinary user does not lead."""
        for place in [*os.environ.get("PATH", "").split(":"), "/usr/sbin"]:
            if os.access(f"{place}/nginx", os.X_OK):
                return f"{place}/nginx"
        raise SystemExit("there is no nginx")

    @functools.cache
    def helper(self, name):
        """A program of this folder's, built."""
        binary = str(self.directory / name)
        subprocess.run(["g++", "-std=c++20", "-O2", "-Wall", "-o", binary, HERE / f"{name}.cpp"],
                       check=True)
        return binary

    @functools.cache
    def hello(self):
        """What curfew answers to /hello, kept alive and closing."""
        with self.curfew() as server:
            with Client(server.port) as client:
                return client.get("/hello"), client.get("/hello", ["Connection: close"])

    def body(self):
        """Of the same, without the line's end."""
        return self.hello()[0].split(b"\r\n\r\n")[1].decode().rstrip("\n")

    @functools.cache
    def hello_files(self):
        files = []
        for name, response in zip(("keep-alive", "close"), self.hello()):
            file = self.directory / f"hello-{name}"
            file.write_bytes(response)
            files.append(str(file))
        return files
