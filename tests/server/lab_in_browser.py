"""The demo's page /lab in a browser.

    lab_in_browser.py CURFEW DEMO IMPAIR [UNITTEST_ARGUMENT...]

The three are what the build has made. With CURFEW_PICTURES=DIRECTORY, pictures are left there.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from browser.browser import browser
from selenium.webdriver.common.keys import Keys

CURFEW, DEMO, IMPAIR = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))


class Process:
    """A program that runs for a test, in a directory of its own, and says on its output where."""

    def __init__(self, stack, *command, env=None):
        self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="curfew-lab-")))
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith(("CURFEW_", "DEMO_"))}
        self.process = subprocess.Popen(
            command, cwd=self.directory, env={**clean, **(env or {})}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        self.said = threading.Condition()
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        stack.callback(self.stop)

    def listen(self):
        for line in self.process.stdout:
            with self.said:
                self.lines.append(line)
                self.said.notify_all()

    def says(self, pattern):
        """What the pattern's group is, once a line has it."""
        def found():
            return next((m for line in self.lines if (m := re.search(pattern, line))), None)
        with self.said:
            assert self.said.wait_for(found, 20), "".join(self.lines)
            return found().group(1)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        self.listener.join()
        self.process.stdout.close()


def server(stack, *options, env=None):
    process = Process(stack, CURFEW, DEMO, "--bind", "127.0.0.1:0", *options, env=env)
    process.url = process.says(r"listening on (\S+)")
    return process


class Lab(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            web = server(stack, "--worker-class", "fiber")
            cls.proxy = Process(stack, IMPAIR, "--to", web.url.removeprefix("http://"), "--control",
                                "control")
            cls.demo = server(stack, "--workers", "4", "--helpers", "1", env={
                "DEMO_HTTP": "http://" + cls.proxy.says(r"^(127\S+)"),
                "DEMO_NETWORK": str(cls.proxy.directory / "control")})
            cls.browser = stack.enter_context(browser())
            cls.addClassCleanup(stack.pop_all().close)

    def setUp(self):
        self.browser.resize(1280)
        self.browser.prefer("light")
        self.browser.complaints()
        self.browser.requests()
        self.browser.open(self.demo.url + "/lab")

    def tearDown(self):
        # A failed request is what this page is for, and the console says each; nothing else.
        self.assertEqual([said for said in self.browser.complaints()
                          if "Failed to load resource: " not in said], [])
        self.assertEqual([url for url in self.browser.requests()
                          if not url.startswith((self.demo.url, "data:"))], [])
        self.assertEqual(self.network(), "ok")

    def network(self):
        """What the proxy has in force, once nobody watches."""
        end = time.monotonic() + 5
        while (now := self.control("show")) != "ok" and time.monotonic() < end:
            time.sleep(0.05)
        return now

    def control(self, command):
        return subprocess.run([IMPAIR, "control", self.proxy.directory / "control", command],
                              capture_output=True, text=True, check=True).stdout.strip()

    def choose(self, **fields):
        for name, value in fields.items():
            self.browser.run("document.forms[0].elements[arguments[0]].value = arguments[1]",
                             name, str(value))

    def state(self):
        return self.browser.run("return document.body.dataset.state")

    def run_it(self, **fields):
        """Returns what the log says then, one event a line."""
        self.choose(**fields)
        self.browser.one("#run").click()
        self.browser.wait_until(lambda: self.state() == "done", 40)
        return self.log()

    def log(self):
        return "\n".join(line.text.replace("\n", " ") for line in self.browser.all("#log li"))

    def summary(self):
        return self.browser.one("#summary").text

    def texts(self):
        """What is written in the time line."""
        return [text.text for text in self.browser.all("#timeline text")]

    def picture(self, name):
        if directory := os.environ.get("CURFEW_PICTURES"):
            self.browser.picture(Path(directory) / f"lab-{name}.png")

    def test_a_function_that_is_ended_by_its_strategy_is_a_504_in_time_and_costs_no_worker(self):
        log = self.run_it(function="sleep", strategy="deadline", limit=300, seconds=3)

        self.assertEqual(log.count("504 by deadline"), 2, log)
        self.assertIn("no worker lost", self.summary())
        self.assertEqual(len(self.browser.all("#timeline .runs")), 2)
        self.assertEqual(len(self.browser.all("#timeline .limit")), 2)
        self.assertEqual(len([t for t in self.texts() if t.startswith("504 by deadline")]), 2)
        self.picture("deadline")

    def test_a_function_without_a_limit_runs_on_beyond_it(self):
        log = self.run_it(function="sleep", strategy="none", limit=200, seconds=1, requests=1)

        self.assertRegex(log, r"Request 1: value after 1\.?\d* ?s|Request 1: value after 1\d\d\d ms")
        self.assertEqual(len(self.browser.all("#timeline .over")), 1)
        # A second less the limit, and later on a busy machine.
        self.assertRegex(self.summary(),
                         r"the latest end came ([789]\d\d ms|\d[\d.]* s) after its limit")
        self.picture("none")

    def test_harakiri_is_a_504_by_the_server_and_kills_a_worker_and_there_is_another(self):
        self.browser.prefer("dark")
        log = self.run_it(function="spin", strategy="harakiri", limit=400, seconds=5)

        self.assertEqual(log.count("504 by the server"), 2, log)
        self.assertRegex(log, r"Worker \d+, which ran request 1, is lost")
        self.assertRegex(log, r"Worker \d+, which ran request 2, is lost")
        self.assertRegex(log, r"Worker \d+ is ready")
        self.assertRegex(self.summary(), r"2 workers lost, there were (never )?fewer than before")
        self.assertGreaterEqual(self.texts().count("✕ lost"), 2)
        self.picture("harakiri")

    def test_a_crash_is_a_502_by_the_server(self):
        log = self.run_it(function="crash", strategy="deadline", requests=1)

        self.assertIn("502 by the server", log)
        self.assertRegex(log, r"Worker \d+, which ran request 1, is lost")
        self.picture("crash")

    def test_a_bad_network_is_there_for_the_experiment_only(self):
        self.choose(function="http", network="black-hole", limit=1500, seconds=0, strategy="deadline")
        self.browser.one("#run").click()
        self.browser.wait_until(lambda: "runs in worker" in self.log())
        self.assertEqual(self.control("show"), "ok up black-hole down black-hole")
        self.browser.wait_until(lambda: self.state() == "done", 20)

        self.assertEqual(self.log().count("504 by deadline"), 2, self.log())
        self.assertEqual(self.network(), "ok")
        log = self.run_it(network="clean")
        self.assertEqual(log.count(": value after"), 2, log)
        self.picture("network")

    def test_who_leaves_the_page_leaves_a_sound_network(self):
        self.choose(function="http", network="stall", limit=5000, seconds=0, strategy="deadline")
        self.browser.one("#run").click()
        self.browser.wait_until(lambda: "runs in worker" in self.log())

        self.browser.open("about:blank")

        self.assertEqual(self.network(), "ok")

    def test_it_can_be_stopped(self):
        self.choose(function="sleep", strategy="none", seconds=4, requests=1)
        self.browser.one("#run").click()
        self.browser.wait_until(lambda: "runs in worker" in self.log())

        self.browser.one("#stop").click()
        self.browser.wait_until(lambda: self.state() == "done", 3)

        self.assertIn("given up", self.log())

    def test_an_end_that_nobody_has_heard_is_said_again(self):
        self.browser.run("""
            const real = window.fetch;
            window.said = 0;
            window.fetch = (target, options) =>
                target.startsWith("/lab/done?") && ++window.said === 1
                    ? Promise.resolve(new Response(null, {status: 204}))
                    : real(target, options);
        """)
        self.choose(function="sleep", strategy="deadline", seconds=0.05, requests=1)
        self.browser.one("#run").click()
        self.browser.wait_until(lambda: self.state() == "done", 20)

        self.assertGreaterEqual(self.browser.run("return window.said"), 2)
        self.assertIn("Request 1: value after", self.log())

    def test_if_the_worker_that_tells_is_killed_another_goes_on(self):
        self.choose(function="sleep", strategy="deadline", limit=3000, seconds=2, requests=1)
        self.browser.one("#run").click()
        told = self.browser.wait_until(
            lambda: re.search(r"workers are ready; (\d+) tells", self.log()))
        self.browser.wait_until(lambda: "runs in worker" in self.log())
        os.kill(int(told.group(1)), signal.SIGKILL)
        self.browser.wait_until(lambda: self.state() == "done", 20)

        log = self.log()
        self.assertIn("The event stream has broken", log)
        self.assertIn("The event stream goes on in worker", log)
        self.assertRegex(log, f"Worker {told.group(1)} (is lost|has gone)")
        self.assertIn("Request 1: value after", log)
        self.picture("resumed")

    def test_one_experiment_at_a_time_and_the_other_is_told_why(self):
        with urllib.request.urlopen(self.demo.url + "/lab/events") as other:
            other.readline()
            self.run_it()
            self.assertIn("somebody else's experiment runs", self.summary())

    def test_it_is_used_with_the_keyboard_alone(self):
        self.choose(function="sleep", strategy="deadline", seconds=0.1, requests=1)
        self.browser.run("document.forms[0].elements.function.focus()")
        for _ in range(6):
            self.browser.press(Keys.TAB)
        self.assertEqual(self.browser.run("return document.activeElement.id"), "run")
        self.browser.press(Keys.ENTER)
        self.browser.wait_until(lambda: self.state() == "done", 20)

        self.assertIn("Request 1: value", self.log())

    def test_before_the_first_run_it_says_what_will_be_there_and_shows_no_empty_box(self):
        self.assertIn("Press Run", self.summary())
        for box in (*self.browser.all("figure"), self.browser.one("#log")):
            self.assertFalse(box.is_displayed())

        self.run_it(seconds=0.1)

        for box in (*self.browser.all("figure"), self.browser.one("#log")):
            self.assertTrue(box.is_displayed())

    def test_words_and_picture_agree_on_what_is_late(self):
        tolerance = int(self.browser.one("form").get_attribute("data-tolerance"))
        self.assertEqual(self.browser.one("#tolerance").text, str(tolerance))
        for late, limit in ((tolerance - 10, "in time"), (tolerance + 10, "after its limit")):
            with self.subTest(late=late):
                # Not a real one, which nobody can have end so late and no later.
                self.browser.run("""
                    experiment = {asked: {limit: 100, seconds: 1, count: 1, func: "sleep",
                                          strategy: "deadline"},
                                  offset: 0, start: 0, end: 0, workers: new Map(), others: [],
                                  requests: [{n: 1, sent: 1, began: 2, ended: 150, answered: 160,
                                              answer: {text: "value", style: "good", detail: "",
                                                       by_function: true, elapsed: 100 + arguments[0]}}]};
                    finish();
                    experiment.end = 200;
                    draw();""", late)

                over = len(self.browser.all("#timeline .over"))
                self.assertEqual(over, 1 if late > tolerance else 0)
                self.assertIn(limit, self.summary())

    def test_the_time_line_is_filled_once_it_has_ended(self):
        self.run_it(function="sleep", strategy="deadline", limit=300, seconds=3, requests=1)

        ends = self.browser.run("""
            return [...document.querySelectorAll("#timeline .life")]
                .map((bar) => bar.getBBox().x + bar.getBBox().width);""")
        width = self.browser.run("return document.getElementById('timeline').clientWidth")
        self.assertGreater(max(ends), width * 0.7)

    def test_at_400_px_nothing_is_cut_and_nothing_scrolls_sideways(self):
        self.browser.resize(400)
        self.run_it(function="spin", strategy="harakiri", limit=200, seconds=1)

        self.assert_fits(400)
        cut = self.browser.run("""
            const box = document.getElementById("timeline").getBoundingClientRect();
            return [...document.querySelectorAll("#timeline text")].filter((text) => {
                const it = text.getBoundingClientRect();
                return it.left < box.left || it.right > box.right;
            }).map((text) => text.textContent);""")
        self.assertEqual(cut, [])
        self.picture("narrow")

    def test_every_page_fits_into_400_and_into_1280_px(self):
        for width in (400, 1280):
            self.browser.resize(width)
            for page in ("/", "/strategies", "/lab"):
                with self.subTest(page=page, width=width):
                    self.browser.open(self.demo.url + page)
                    self.assert_fits(width)
                    self.picture(f"{page.strip('/') or 'index'}-{width}")

    def test_the_first_screen_of_the_first_page_leads_to_the_pages_that_explain_themselves(self):
        for width, height in ((1280, 720), (400, 800)):
            self.browser.resize(width, height)
            self.browser.open(self.demo.url + "/")
            for page in ("/lab", "/strategies"):
                with self.subTest(page=page, width=width):
                    bottom = self.browser.run(
                        "return document.querySelector(`a[href='${arguments[0]}']`)"
                        ".getBoundingClientRect().bottom", page)
                    self.assertLess(bottom, height)

    def assert_fits(self, width):
        """Neither the page nor a box on it has a part that one must scroll to, or never sees."""
        wide = self.browser.run("""
            return [...document.querySelectorAll("*")].filter((element) =>
                    element.getBoundingClientRect().right > arguments[0] + .5 ||
                    element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
                .map((element) => element.tagName + "." + element.className);""", width)
        self.assertEqual(wide, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
