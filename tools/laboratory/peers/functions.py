"""The demo's functions that may be slow, in Python, with the client libraries that gevent can make
cooperative. Each takes about `seconds` and returns what the demo's does.

The clients have time limits of their own only far beyond what the lab measures: there the limit is
to be held by whom it measures.
"""

import ctypes
import http.client
import os
import signal
import socket
import threading
import time
import urllib.parse

import pymemcache
import pymysql

FAR = 30  # seconds


class BackendError(Exception):
    """A server that was asked did not do its part."""


def address(variable, default):
    host, port = os.environ.get(variable, default).split(",")[0].rsplit(":", 1)
    return host.strip("[]"), int(port)


class Connections(threading.local):
    """One of each for every thread, or greenlet, kept for its next call as Django keeps them."""

    memcached = None
    database = None

    def cache(self):
        if self.memcached is None:
            self.memcached = pymemcache.Client(
                address("CURFEW_CACHE_SERVERS", "127.0.0.1:11211"), connect_timeout=FAR,
                timeout=FAR, no_delay=True, default_noreply=False)
        return self.memcached

    def db(self):
        if self.database is None or not self.database.open:
            host, port = address("CURFEW_DB_ADDRESS", "127.0.0.1:3306")
            self.database = pymysql.connect(
                host=host, port=port, user=os.environ.get("CURFEW_DB_USER", "curfew"),
                password=os.environ.get("CURFEW_DB_PASSWORD", ""),
                database=os.environ.get("CURFEW_DB_DATABASE", "curfew"), autocommit=True,
                connect_timeout=FAR, read_timeout=FAR, write_timeout=FAR)
        return self.database

    def forget(self):
        """A child must not use what its parent does. Only closes the descriptors: nothing is sent."""
        self.memcached = self.database = None


# gevent looks addresses up on a thread, which stays. It is not to be taken for one that a call has
# left behind.
socket.getaddrinfo("127.0.0.1", 0)

connections = Connections()
os.register_at_fork(after_in_child=connections.forget)


def ask_http(seconds):
    server = urllib.parse.urlsplit(os.environ.get("DEMO_HTTP", ""))
    if not server.netloc:
        raise BackendError("name a server to ask in DEMO_HTTP")
    connection = http.client.HTTPConnection(server.netloc, timeout=FAR)
    try:
        connection.request("GET", f"/delay/{seconds:g}")
        response = connection.getresponse()
        return {"status": response.status, "bytes": len(response.read())}
    except (OSError, http.client.HTTPException) as error:
        raise BackendError(f"{server.netloc}: {error!r}") from error
    finally:
        connection.close()


def ask_cache(seconds):
    """Sets a key and gets it, again and again."""
    client = connections.cache()
    end = time.monotonic() + seconds
    exchanges = 0
    try:
        while True:
            client.set("demo:greeting", "hello, cache", expire=60)
            got = client.get("demo:greeting")
            exchanges += 2
            if time.monotonic() >= end:
                break
    except (OSError, pymemcache.MemcacheError) as error:
        raise BackendError(f"memcached: {error!r}") from error
    return {"cached": got.decode(errors="replace") if got is not None else None, "exchanges": exchanges}


def ask_db(seconds):
    try:
        with connections.db().cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute("SELECT name, moons, radius_km, SLEEP(%s) AS slept FROM planets WHERE id = 3",
                           (seconds,))
            row = cursor.fetchone()
    except (OSError, pymysql.Error) as error:
        raise BackendError(f"the database: {error!r}") from error
    return {name: f"{value:g}" if isinstance(value, float) else str(value)
            for name, value in row.items()}


def sleep(seconds):
    time.sleep(seconds)
    return "slept"


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "computed"


def cooperative(seconds):
    """Gives way at each step: to other threads, or greenlets."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0)
    return "computed"


def lock(seconds):
    """Waits for a lock that it holds itself. Only so that the server goes on, not for ever."""
    held = threading.Lock()
    held.acquire()
    held.acquire(timeout=seconds)
    return "gave up waiting for the mutex"


def deaf(seconds):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        return spin(seconds)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def crash(seconds):
    """Takes its process with it, unless it is to take no time at all."""
    if seconds > 0:
        ctypes.memset(None, 42, 1)
    return "did not crash"


FUNCTIONS = {"http": ask_http, "db": ask_db, "cache": ask_cache, "sleep": sleep,
             "cooperative": cooperative, "spin": spin, "lock": lock, "deaf": deaf, "crash": crash}
