"""The lab as its users have it: whole runs and interrupted ones.

    lab_runs.py LAB PLAUSIBLE_REPORT SCHEMA [UNITTEST_ARGUMENT...]
"""

import json
import re
import signal
import subprocess
import unittest

import jsonschema

from lab_under_test import (PLAUSIBLE_REPORT, RUN_IN_PAGE, NOT_ASKED_FOR, until, read, LabTest, assert_valid)


class WholeRun(LabTest):
    def test_a_run_says_what_every_strategy_is_worth(self):
        lab = self.lab("--strategies", "deadline,thread,harakiri",
                       "--kinds", "sleep,spin,http-stall,db-slow-query",
                       "--networks", "clean", "--repetitions", 3, "-o", self.folder)

        self.assertEqual(lab.end(), 0, lab.said())
        run = self.run_file()
        assert_valid(run)
        self.assertTrue(run["complete"])
        self.assertEqual(run["gaps"], [NOT_ASKED_FOR])
        for cell in run["cells"]:
            self.assertIn(len(cell["samples"]), range(3, 10))  # more where they do not decide
        found = {(cell["strategy"], cell["kind"]): (cell["verdict"], cell["costs_worker"])
                 for cell in run["cells"]}
        blocked = ("sleep", "http-stall", "db-slow-query")
        self.assertEqual(found, {
            **{("deadline", kind): ("clean", False) for kind in blocked},
            ("deadline", "spin"): ("powerless", True),
            **{("thread", kind): ("clean", False) for kind in blocked},
            ("thread", "spin"): ("leaks", False),
            **{("harakiri", kind): ("clean", True) for kind in (*blocked, "spin")},
        }, {(cell["strategy"], cell["kind"]): cell["because"] for cell in run["cells"]})
        for strategy in run["strategies"]:
            self.assertEqual("cost" in strategy, strategy["where"] == "function")
        page = (self.folder / "report.html").read_text()
        self.assertEqual(json.loads(RUN_IN_PAGE.search(page).group()), run)
        self.assertIn("deadline", (self.folder / "findings.md").read_text())
        self.assertRegex(lab.out, r"(?m)^deadline .*✗p\*")
        self.assertIn("report.html", lab.out)
        self.assertNotIn("\x1b", lab.out + lab.said())
        self.assert_nothing_is_left()
        self.check_it_is_shown_again(lab.out, page)
        self.check_it_is_the_same_as_itself()

    def check_it_is_shown_again(self, table, page):
        (self.folder / "report.html").unlink()
        (self.folder / "findings.md").unlink()
        other = self.folder / "other.json"
        (self.folder / "run.json").rename(other)
        show = self.lab("show", other)

        self.assertEqual(show.end(), 0, show.said())
        self.assertTrue(table.startswith(show.out.rstrip()), show.out)
        self.assertEqual((self.folder / "report.html").read_text(), page)
        self.assertTrue((self.folder / "findings.md").exists())
        self.assertFalse((self.folder / "run.json").exists())
        other.rename(self.folder / "run.json")

    def check_it_is_the_same_as_itself(self):
        run = self.folder / "run.json"
        comparison = self.lab("compare", run, run)

        self.assertEqual(comparison.end(), 0, comparison.said())
        self.assertIn("12 of 12", comparison.out)
        self.assertNotIn("\x1b", comparison.out)

    def test_peers_are_rows_of_the_same_run(self):
        lab = self.lab("--quick", "--strategies", "deadline", "--kinds", "spin",
                       "--peers", "gunicorn-sync,php-fpm,nginx", "-o", self.folder)

        self.assertEqual(lab.end(), 0, lab.said())
        run = self.run_file()
        assert_valid(run)
        self.assertEqual(run["gaps"], [NOT_ASKED_FOR])
        self.assertEqual({cell["strategy"]: cell["costs_worker"] for cell in run["cells"]},
                         {"deadline": True, "gunicorn-sync": True, "php-fpm": True, "nginx": False})
        self.assert_nothing_is_left()


class Schema(LabTest):
    def test_a_plausible_run_is_valid_by_the_schema(self):
        page = self.traces.directory / "report.html"
        subprocess.run([PLAUSIBLE_REPORT, page], check=True)

        assert_valid(json.loads(RUN_IN_PAGE.search(page.read_text()).group()))

    def test_the_schema_tells_a_wrong_run_from_a_right_one(self):
        page = self.traces.directory / "report.html"
        subprocess.run([PLAUSIBLE_REPORT, page], check=True)
        run = json.loads(RUN_IN_PAGE.search(page.read_text()).group())
        run["cells"][0]["verdict"] = "fine"

        with self.assertRaises(jsonschema.ValidationError):
            assert_valid(run)


# In every place where something could be left: a server, a proxy, memcached or MariaDB, and
# functions that no signal but the last one ends.
BUSY = ("--quick", "--lanes", 2, "--strategies", "none,alarm,thread,process,fork,harakiri",
        "--kinds", "spin,deaf,cache-stall,db-slow-query")
CELLS = 6 * 4


class Interrupted(LabTest):
    def busy_lab(self, *more):
        lab = self.lab(*BUSY, "-o", self.folder, *more)
        self.addCleanup(lab.process.stdout.close)
        self.addCleanup(lab.process.kill)
        return lab

    def test_an_interrupted_run_is_gone_on_with(self):
        lab = self.busy_lab()
        lab.has_a_sample()

        lab.kill(signal.SIGINT)

        self.assertEqual(lab.end(10), 130)
        self.assertIn("Interrupted; the same command goes on with it.", lab.said())
        self.assertIn("It was interrupted", lab.out)
        self.assert_nothing_is_left()
        first = self.run_file()
        assert_valid(first)
        self.assertFalse(first["complete"])
        self.assertGreater(len(first["cells"]), 0)
        self.assertLess(len(first["cells"]), CELLS)

        again = self.busy_lab()

        self.assertEqual(again.end(), 0, again.said())
        self.assertIn(f"Going on with the run of {first['started']} "
                      f"({len(first['cells'])} cells are done; --fresh begins anew).",
                      again.said())
        second = self.run_file()
        self.assertTrue(second["complete"])
        self.assertEqual(second["started"], first["started"])
        self.assertGreater(second["seconds"], first["seconds"])
        self.assertEqual(len(second["cells"]), CELLS)
        self.assertEqual([cell for cell in first["cells"] if cell not in second["cells"]], [])
        self.assert_nothing_is_left()

    def test_a_run_with_another_plan_begins_anew(self):
        lab = self.lab("--quick", "--strategies", "deadline,io", "--kinds", "sleep,spin",
                       "-o", self.folder)
        lab.has_a_sample()
        lab.kill(signal.SIGINT)
        self.assertEqual(lab.end(), 130)

        other = self.lab("--quick", "--strategies", "deadline", "--kinds", "sleep",
                         "-o", self.folder)

        self.assertEqual(other.end(), 0)
        self.assertNotIn("Going on", other.said())
        self.assertEqual([cell["kind"] for cell in self.run_file()["cells"]], ["sleep"])

    def test_an_interrupted_run_of_another_build_is_begun_anew(self):
        words = ("--quick", "--strategies", "deadline", "--kinds", "sleep", "-o", self.folder)
        self.assertEqual(self.lab(*words).end(), 0)
        earlier = {**self.run_file(), "complete": False, "started": "2026-01-02T03:04:05Z"}
        build = earlier["machine"]["build"]
        earlier["machine"]["build"] = "0123456789abcdef"
        (self.folder / "run.json").write_text(json.dumps(earlier))

        lab = self.lab(*words)

        self.assertEqual(lab.end(), 0, lab.said())
        self.assertIn("Beginning anew: the interrupted run of 2026-01-02T03:04:05Z measured something"
                      f" else (build: {build}, was 0123456789abcdef).\n", lab.said())
        self.assertNotIn("Going on", lab.said())
        self.assertEqual(self.run_file()["machine"]["build"], build)
        self.assertNotEqual(self.run_file()["started"], earlier["started"])
        self.assertIn("Verdicts are provisional: 1 of 1 cells", lab.out)

    def test_what_an_earlier_session_could_not_measure_is_no_gap_once_it_is_measured(self):
        words = ("--quick", "--strategies", "deadline", "--kinds", "sleep", "-o", self.folder)
        self.assertEqual(self.lab(*words).end(), 0)
        stale = [{"what": f"deadline against {what} (clean)", "why": "the server has died"}
                 for what in ("sleep", "the others")]
        earlier = {**self.run_file(), "complete": False, "cells": [],
                   "gaps": [NOT_ASKED_FOR, *stale]}
        (self.folder / "run.json").write_text(json.dumps(earlier))

        lab = self.lab(*words)

        self.assertEqual(lab.end(), 0, lab.said())
        self.assertIn("Going on", lab.said())
        self.assertEqual(self.run_file()["gaps"], [NOT_ASKED_FOR])

    def test_a_run_that_cannot_be_written_any_more_ends_with_its_name(self):
        lab = self.busy_lab("--repetitions", 3)
        lab.has_a_sample()

        (self.folder / "run.json.part").mkdir()

        self.assertEqual(lab.end(), 1)
        self.assertIn(f"lab: {self.folder / 'run.json'}: cannot be written", lab.said())
        self.assert_nothing_is_left()

    def test_the_second_interruption_ends_it_at_once(self):
        lab = self.busy_lab()
        lab.has_a_sample()

        lab.kill(signal.SIGINT)
        until(lambda: b"SigCgt" in read(f"/proc/{lab.process.pid}/status") and
              not self.catches(lab, signal.SIGINT), "the first one's arrival")
        lab.kill(signal.SIGINT)

        self.assertEqual(lab.end(10), -signal.SIGINT)
        self.assert_nothing_is_left()

    @staticmethod
    def catches(lab, number):
        line = re.search(rb"SigCgt:\s*([0-9a-f]+)", read(f"/proc/{lab.process.pid}/status"))
        return bool(line and int(line[1], 16) >> (number - 1) & 1)

    def test_it_may_be_told_to_end_otherwise(self):
        lab = self.busy_lab()
        lab.has_a_sample()

        lab.kill(signal.SIGTERM)

        self.assertEqual(lab.end(10), 130)
        self.assertFalse(self.run_file()["complete"])
        self.assert_nothing_is_left()

    def test_a_killed_lab_takes_all_that_it_has_started_with_it(self):
        lab = self.busy_lab()
        lab.has_a_sample()
        self.assertGreater(len(self.traces.processes()), 10)
        self.assertGreater(len(self.traces.sockets), 4)

        lab.kill(signal.SIGKILL)

        lab.end()
        self.assert_nothing_is_left()

    def test_so_does_one_that_is_killed_while_the_backends_start(self):
        lab = self.busy_lab()
        until(lambda: any("mariadb" in each for each in self.traces.processes().values()),
              "MariaDB")

        lab.kill(signal.SIGKILL)

        lab.end()
        self.assert_nothing_is_left()

    def test_and_one_that_is_interrupted_then(self):
        lab = self.busy_lab()
        until(lambda: any("mariadb" in each for each in self.traces.processes().values()),
              "MariaDB")

        lab.kill(signal.SIGINT)

        self.assertEqual(lab.end(10), 130, lab.said())
        self.assertEqual(self.run_file()["gaps"], [NOT_ASKED_FOR])
        self.assert_nothing_is_left()


unittest.main()
