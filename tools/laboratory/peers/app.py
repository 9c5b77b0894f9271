"""The demo's experiments for servers that speak WSGI: the same routes, the same answers.

    GET /timeout/STRATEGY/FUNCTION?limit=100ms&seconds=5
    GET /calls/STRATEGY?number=1000
    GET /hello
    GET /pid

Backends are found by the demo's environment variables.
"""

import http
import itertools
import json
import os
import time
import urllib.parse

import census
from functions import FUNCTIONS, BackendError
from strategies import STRATEGIES, TimeLimit


class BadRequest(Exception):
    pass


def application(environ, start_response):
    try:
        status, kind, body = respond(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
    except BadRequest as error:
        status, kind, body = 400, "text/plain", f"{error}\n"
    content = body.encode()
    start_response(f"{status} {http.HTTPStatus(status).phrase}",
                   [("Content-Type", kind), ("Content-Length", str(len(content)))])
    return [content]


def respond(path, query_string):
    query = dict(urllib.parse.parse_qsl(query_string))
    match path.split("/")[1:]:
        case ["hello"]:
            return 200, "text/plain", "Hello, world!\n"
        case ["pid"]:
            return 200, "text/plain", f"{os.getpid()}\n"
        case ["timeout", strategy, function]:
            return experiment(strategy, function, query)
        case ["calls", strategy]:
            return cost(strategy, query)
    return 404, "text/plain", "there is nothing here\n"


calls = itertools.count(1)


def experiment(strategy, function, query):
    """Runs it, and reports what came of it, when, and what it left behind."""
    by = choose("strategy", strategy, STRATEGIES)
    run = choose("function", function, FUNCTIONS)
    limit = parse_limit(query.get("limit", "500ms"))
    seconds = parse_number(query.get("seconds", "2"), 0, 10, "the time in seconds")
    call = next(calls)

    looks = query.get("census") != "no"  # which takes its time
    before = census.take() if looks else {}
    start = time.monotonic()
    status, outcome = outcome_of(lambda: by(limit, census.noted(call, lambda: run(seconds))))
    elapsed = time.monotonic() - start
    report = {"strategy": strategy, "function": function, "limit_ms": round(limit * 1e3, 1),
              **outcome, "elapsed_ms": round(elapsed * 1e3, 1),
              "late_ms": round(max(elapsed - limit, 0) * 1e3, 1), "pid": os.getpid()}
    if looks:
        report["left_behind"] = left_behind(before, call, outcome["outcome"] == "timeout")
    return status, "application/json", json.dumps(report) + "\n"


def outcome_of(run):
    try:
        return 200, {"outcome": "value", "value": run()}
    except TimeLimit as error:
        return 504, {"outcome": "timeout", "message": str(error)}
    except BackendError as error:
        return 502, {"outcome": "error", "message": str(error)}
    except Exception as error:
        return 500, {"outcome": "error", "message": repr(error)}


def left_behind(before, call, ended_early):
    """What there is more of than before. What was told to end gets a moment for it."""
    give_up = time.monotonic() + (0.05 if ended_early else 0)
    while True:
        now, runs = census.take(), census.what_runs(call)
        left = {name: max(now[name] - before[name], 0) for name in now}
        if not (runs or any(left.values())) or time.monotonic() >= give_up:
            return {"function": runs, **left}
        time.sleep(0.003)


def cost(strategy, query):
    """What a call costs that does next to nothing, under that strategy."""
    by = choose("strategy", strategy, {**STRATEGIES, "bare": None})
    number = int(parse_number(query.get("number", "1"), 1, 1e6, "the number of calls"))
    start = time.monotonic()
    for _ in range(number):
        by(10, answer) if by else answer()
    spent = time.monotonic() - start
    report = {"strategy": strategy, "calls": number, "us_per_call": spent / number * 1e6}
    return 200, "application/json", json.dumps(report) + "\n"


def answer():
    return 42


def choose(what, name, choices):
    if name not in choices:
        raise BadRequest(f'there is no {what} "{name}"; the choices are {", ".join(choices)}')
    return choices[name]


def parse_limit(text):
    """In seconds: `250ms`, `1.5s`, or a plain number of seconds."""
    what = "the limit (250ms, 2s, or just 0.5) in "
    if text.endswith("ms"):
        return parse_number(text[:-2], 1, 10_000, what + "milliseconds") / 1e3
    return parse_number(text.removesuffix("s"), 0.001, 10, what + "seconds")


def parse_number(text, least, most, what):
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise BadRequest(f"{what} is a number from {least:g} to {most:g}")
    return number
