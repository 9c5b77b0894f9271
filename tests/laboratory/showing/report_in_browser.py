"""The report of a plausible run in a browser.

    report_in_browser.py PLAUSIBLE_REPORT [UNITTEST_ARGUMENT...]

PLAUSIBLE_REPORT writes the page. With CURFEW_PICTURES=DIRECTORY, pictures of it are left there.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from browser.browser import browser
from selenium.webdriver.common.keys import Keys

WRITER = sys.argv.pop(1)


RUN = re.compile(r'(?<=<script type="application/json" id="run">).*?(?=</script>)', re.DOTALL)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.page = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "report.html"
            subprocess.run([WRITER, cls.page], check=True)
            cls.run_shown = json.loads(RUN.search(cls.page.read_text()).group())
            cls.url = cls.page.as_uri()
            cls.browser = stack.enter_context(browser())
            cls.addClassCleanup(stack.pop_all().close)

    def setUp(self):
        self.browser.resize(1280)
        self.browser.prefer("light")
        self.browser.requests()
        self.browser.complaints()
        self.browser.open(self.url)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual([url for url in self.browser.requests()
                          if url not in (self.url, self.other_url)
                          and not url.startswith("data:")], [])

    other_url = None

    def open_other(self, **members):
        """The page with another run, where these members differ."""
        other = self.page.with_name("other.html")
        run = json.dumps({**self.run_shown, **members}).replace("<", "\\u003c")
        other.write_text(RUN.sub(lambda _: run, self.page.read_text()))
        self.other_url = other.as_uri()
        self.browser.open(self.other_url)

    def cell(self, strategy, kind):
        return self.browser.one(f'.matrix button[aria-label^="{strategy}, {kind}:"]')

    def focused(self):
        return self.browser.run("return document.activeElement.getAttribute('aria-label')")

    def background(self):
        return self.browser.run("return getComputedStyle(document.body).backgroundColor")

    def chosen(self, network):
        self.browser.one(f"#network input[value={network}] + span").click()

    def picture(self, name):
        if "CURFEW_PICTURES" in os.environ:
            self.browser.picture(Path(os.environ["CURFEW_PICTURES"]) / f"{name}.png")

    def test_the_matrix_has_every_cell_with_its_verdict(self):
        run = self.run_shown
        shown = {}
        for button in self.browser.all(".matrix tbody button"):
            name, verdict = button.get_attribute("aria-label").split(": ", 1)
            shown[tuple(name.split(", "))] = verdict

        self.assertEqual(len(shown), len(run["strategies"]) * len(run["kinds"]))
        for cell in run["cells"]:
            if cell["network"] != "clean":
                continue
            words = shown.pop((cell["strategy"], cell["kind"]))
            self.assertTrue(words.startswith(cell["verdict"] + ", at most "), words)
            self.assertEqual("costs a worker" in words, cell["costs_worker"])
        self.assertEqual(set(shown.values()), {"not measured"})
        self.assertEqual([each.text for each in self.browser.all(".matrix .group")],
                         ["Curfew, in the function", "Curfew, in the server",
                          "Unsafe, for comparison", "Other servers"])

    def test_a_verdict_is_readable_without_colour(self):
        texts = {verdict: {each.text.split("\n")[0] for each in
                           self.browser.all(f".matrix td.{verdict} button")}
                 for verdict in ("clean", "leaks", "tainted", "powerless")}

        self.assertEqual(texts, {"clean": {"✓ c"}, "leaks": {"~ l"}, "tainted": {"! t"},
                                 "powerless": {"✗ p"}})

    def test_the_head_says_what_was_run_and_what_was_not(self):
        text = self.browser.one("header").text

        for words in ("2 January 2026", "10 minutes 12 seconds", "Some Processor 3000",
                      "6.1.0-18-amd64", "network loss: the kernel has no netem",
                      "nginx: not installed <b>here</b>"):
            self.assertIn(words, text)
        self.assertEqual(len(self.browser.all(".advice > li")),
                         len(self.run_shown["recommendations"]))

    def test_a_click_on_a_cell_opens_its_raw_figures(self):
        cell = next(each for each in self.run_shown["cells"]
                    if (each["strategy"], each["kind"], each["network"])
                    == ("thread", "http-stall", "clean"))
        self.cell("thread", "http-stall").click()

        dialog = self.browser.one("dialog[open]")
        for words in ("thread against http-stall", "leaks", *cell["because"],
                      "thread 71 is in http-stall, 1 thread, 1 descriptor", "limit\n100 ms"):
            self.assertIn(words, dialog.text)
        self.assertEqual(len(self.browser.all("dialog tbody tr")), len(cell["samples"]))
        self.assertTrue(self.drawn("dialog canvas"))
        self.picture("cell")

        self.browser.press(Keys.ESCAPE)
        self.assertEqual(self.browser.all("dialog[open]"), [])
        self.assertIn("thread, http-stall", self.focused())

    def test_a_cell_leads_to_the_same_over_other_networks(self):
        self.cell("deadline", "sleep").click()
        self.browser.one("dialog .elsewhere button").click()

        self.assertIn("network latency", self.browser.one("dialog .verdict").text)

    def test_the_matrix_is_walked_by_keys(self):
        self.browser.run("document.querySelector('#network input').focus()")
        self.browser.press(Keys.TAB)
        while self.browser.run("return !document.activeElement.closest('.matrix')"):
            self.browser.press(Keys.TAB)
        self.assertIn("none, http-delay", self.focused())

        self.browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
        self.assertIn("deadline, http-stall", self.focused())
        self.browser.press(Keys.END)
        self.assertIn("deadline, crash", self.focused())
        self.browser.press(Keys.HOME, Keys.ARROW_LEFT, Keys.ENTER)

        self.assertIn("deadline against http-delay", self.browser.one("dialog[open]").text)
        self.browser.press(Keys.ENTER)  # its first stop is the button that closes it
        self.assertEqual(self.browser.all("dialog[open]"), [])
        self.assertEqual(len(self.browser.all('.matrix button[tabindex="0"]')), 1)

    def test_the_network_switch_changes_matrix_and_charts(self):
        before = self.cell("gunicorn-gevent", "sleep").get_attribute("aria-label")
        self.assertIn("The limit is 100 ms", self.browser.one("#network-about").text)

        self.chosen("jitter")

        self.assertIn("clean", before)
        after = self.cell("gunicorn-gevent", "sleep").get_attribute("aria-label")
        self.assertIn("powerless", after)
        self.assertIn("The limit is 300 ms", self.browser.one("#network-about").text)
        self.assertIn("over network jitter", self.browser.one("#lateness figcaption").text)

    def drawn(self, selector):
        """Whether a canvas has more than one colour."""
        return self.browser.run("""
            const canvas = document.querySelector(arguments[0]);
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size > 5;""", selector)

    def test_every_chart_is_drawn_and_has_its_figures_as_a_table(self):
        for section in ("lateness", "leftovers", "cost", "throughput", "capacity"):
            self.assertTrue(self.drawn(f"#{section} canvas"), section)
        self.assertEqual(len(self.browser.all("figure canvas[role=img][aria-label]")),
                         len(self.browser.all("figure details table")))
        rows = self.browser.run("""return [...document.querySelectorAll('figure table')]
            .map(table => table.tBodies[0].rows.length)""")
        self.assertEqual(rows, [len(self.run_shown["strategies"])] * 6)

    def test_a_kind_can_be_looked_at_alone(self):
        self.browser.one("#lateness option[value=spin]").click()

        self.assertIn("Lateness of spin", self.browser.one("#lateness figcaption").text)
        row = self.browser.run("""return [...document.querySelectorAll('#lateness tbody tr')]
            .map(row => row.cells[1].textContent)""")
        self.assertEqual(set(row), {str(self.run_shown["settings"]["repetitions"])})

    def test_dark_is_as_the_system_or_the_reader_says(self):
        self.picture("light")
        light = self.background()
        self.browser.prefer("dark")
        dark = self.background()
        self.assertNotEqual(light, dark)
        self.picture("dark")

        self.browser.one("#theme").click()
        self.assertEqual(self.background(), light)
        self.assertEqual(self.browser.one("#theme").text, "Dark")
        self.browser.one("#theme").click()
        self.assertEqual(self.background(), dark)

    def test_a_narrow_window_scrolls_tables_only(self):
        self.browser.resize(380, 800)

        self.assert_fits(380)
        self.assertTrue(self.browser.run(
            "const m = document.getElementById('matrix'); return m.scrollWidth > m.clientWidth"))
        self.picture("narrow")

    def assert_fits(self, width):
        """The charts take a moment to follow the window."""
        self.browser.wait_until(
            lambda: self.browser.run("return document.documentElement.scrollWidth") == width)

    def test_at_400_px_the_names_of_rows_are_not_broken_within_a_word(self):
        self.browser.resize(400, 800)

        self.assert_fits(400)
        names = self.browser.run("""
            return [...document.querySelectorAll(".matrix th[scope=row]")].map(head => {
                const text = document.createRange();
                text.selectNodeContents(head);
                return [head.textContent, text.getClientRects().length];
            });""")
        self.assertEqual(len(names), len(self.run_shown["strategies"]))
        for name, lines in names:
            self.assertLessEqual(lines, name.count("-") + 1, name)

    def test_a_run_without_costs_says_so_and_has_no_empty_chart(self):
        self.open_other(settings={**self.run_shown["settings"], "quick": True},
                        strategies=[{name: value for name, value in strategy.items()
                                     if name != "cost"}
                                    for strategy in self.run_shown["strategies"]])

        for section in ("cost", "throughput"):
            self.assertEqual(self.browser.all(f"#{section} canvas"), [])
            self.assertIn("without --quick measures it",
                          self.browser.one(f"#{section} figure").text)
        for section in ("lateness", "leftovers", "capacity"):
            self.assertTrue(self.drawn(f"#{section} canvas"), section)

    def test_an_interrupted_run_says_so_and_shows_what_it_has(self):
        few = [cell for cell in self.run_shown["cells"] if cell["kind"] == "sleep"][:5]
        few[0] = {**few[0], "samples": []}

        self.open_other(complete=False, cells=few)

        self.assertIn("interrupted: 5 of at most 1140 cells", self.browser.one("#gaps").text)
        measured = self.browser.all('.matrix button:not([aria-disabled])')
        self.assertEqual(len(measured), 2)  # of the network that is shown
        measured[0].click()
        self.assertIn("none against sleep", self.browser.one("dialog[open]").text)
        self.assertTrue(self.drawn("#capacity canvas"))

    def test_a_run_of_nothing_is_a_page_all_the_same(self):
        self.open_other(cells=[], strategies=[], kinds=[], networks=[], recommendations=[])

        self.assertIn("Nothing", self.browser.one("#says").text)
        self.assertEqual(self.browser.all("figure canvas"), [])
        self.assertGreater(len(self.browser.all("figure .nothing")), 4)

    def test_paper_is_light(self):
        self.browser.prefer("dark")
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.addCleanup(self.browser.driver.execute_cdp_cmd, "Emulation.setEmulatedMedia",
                        {"media": ""})

        self.assertEqual(self.background(), "rgb(255, 255, 255)")
        self.assertFalse(self.browser.one("#theme").is_displayed())
        self.assertTrue(self.browser.one(".matrix").is_displayed())

    def test_the_picture_that_is_published_has_the_whole_matrix_with_other_servers(self):
        picture = self.page.with_name("matrix.png")
        program = Path(__file__).parents[3] / "tools" / "laboratory" / "picture.py"
        self.open_other(strategies=[
            {**strategy, "name": strategy["name"].replace("gunicorn-gevent",
                                                          "gunicorn-gevent-timeout")}
            for strategy in self.run_shown["strategies"]])

        subprocess.run(["/usr/bin/python3", "-B", program, self.page.with_name("other.html"),
                        picture], check=True, timeout=60)

        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))

    def test_a_text_of_the_run_is_never_markup(self):
        self.assertEqual(self.browser.all("img, b b"), [])
        self.assertIn("</script><img src=x", self.browser.run(
            "return document.getElementById('names').textContent"))


if __name__ == "__main__":
    unittest.main()
