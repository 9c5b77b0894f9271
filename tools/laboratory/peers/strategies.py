"""Ways of limiting a function's time in Python. Each takes the limit in seconds and the function,
and returns its value or raises TimeLimit."""

import _thread
import importlib.util
import multiprocessing
import queue
import signal
import threading


class TimeLimit(Exception):
    """The time limit has passed."""


def none(_, function):
    """The server's limit alone."""
    return function()


def by_signal(limit, function):
    """SIGALRM, whose handler raises wherever the main thread is."""

    def ring(*_):
        raise TimeLimit("the time limit has passed (signal)")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, limit)
        return function()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def by_thread(limit, function):
    """Thread.join with a time limit; the thread goes on."""
    outcome = queue.SimpleQueue()

    def run():
        try:
            outcome.put((function(), None))
        except BaseException as error:
            outcome.put((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(limit)
    if thread.is_alive():
        raise TimeLimit("the time limit has passed (thread)")
    return value_of(*outcome.get())


def by_timer(limit, function):
    """Another thread interrupts the main one, as Ctrl-C does."""
    # gunicorn's own handler would end the worker.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(limit, _thread.interrupt_main)
    try:
        timer.start()
        return function()
    except KeyboardInterrupt:
        raise TimeLimit("the time limit has passed (timer)") from None
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def by_gevent(limit, function):
    """gevent.Timeout, thrown into the greenlet once it waits."""
    import gevent

    timeout = gevent.Timeout(limit)
    try:
        with timeout:
            return function()
    except gevent.Timeout as raised:
        if raised is not timeout:
            raise
        raise TimeLimit("the time limit has passed (gevent)") from None


def by_stopit(limit, function):
    """An exception that another thread sets for this one, raised before its next instruction."""
    import stopit

    with stopit.ThreadingTimeout(limit):
        return function()
    raise TimeLimit("the time limit has passed (stopit)")


def by_process(limit, function):
    """A child process, killed at the limit."""
    ours, theirs = FORK.Pipe(duplex=False)
    child = FORK.Process(target=tell, args=(theirs, function), daemon=True)
    try:
        child.start()
        theirs.close()
        child.join(limit)
        if child.is_alive():
            raise TimeLimit("the time limit has passed (process)")
        try:
            outcome = ours.recv()
        except EOFError:
            raise RuntimeError(f"the child process ended with {child.exitcode}") from None
        return value_of(*outcome)
    finally:
        child.kill()
        child.join()
        child.close()
        ours.close()


FORK = multiprocessing.get_context("fork")


def tell(pipe, function):
    """In the child."""
    try:
        pipe.send((function(), None))
    except Exception as error:
        pipe.send((None, error))


def value_of(value, error):
    if error is not None:
        raise error
    return value


STRATEGIES = {"none": none, "signal": by_signal, "thread": by_thread, "timer": by_timer,
              "gevent": by_gevent, "stopit": by_stopit, "process": by_process}

# Before the first request, which would else pay for it within its limit.
for module in ("gevent", "stopit"):
    if importlib.util.find_spec(module):
        importlib.import_module(module)
