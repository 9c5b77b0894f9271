"""The lab as its users have it: wrong words, and what is missing on the machine.

    lab_refusals.py LAB PLAUSIBLE_REPORT SCHEMA [UNITTEST_ARGUMENT...]
"""

import unittest
from pathlib import Path

from lab_under_test import NOT_ASKED_FOR, LabTest, assert_valid


class WrongWords(LabTest):
    def refused(self, *arguments):
        """The exit status, and the one line."""
        lab = self.lab(*arguments)
        status = lab.end()
        said = lab.said()
        self.assertEqual(lab.out, "")
        self.assertEqual(said.count("\n"), 1, said)
        self.assertTrue(said.startswith("lab: "), said)
        self.assertEqual(list(self.traces.temporary.iterdir()), [])
        self.assertEqual(self.traces.processes(), {})
        return status, said

    def test_a_wrong_name_is_told_with_the_choices(self):
        for option, what, choice in (("--strategies", "strategy", "deadline"),
                                     ("--kinds", "kind", "db-slow-query"),
                                     ("--networks", "network", "latency"),
                                     ("--peers", "peer", "gunicorn")):
            with self.subTest(option):
                status, said = self.refused(option, "nonsense", "-o", self.folder)

                self.assertEqual(status, 2)
                self.assertIn(what, said)
                self.assertIn("nonsense", said)
                self.assertIn(choice, said)
                self.assertFalse(self.folder.exists())

    def test_a_wrong_option_is_told(self):
        for arguments, words in ((["--nonsense"], "--nonsense"),
                                 (["nonsense"], "nonsense"),
                                 (["--repetitions", 0], "--repetitions"),
                                 (["--repetitions", "many"], "many"),
                                 (["--lanes", 1000], "--lanes"),
                                 (["--seed", "x"], "--seed"),
                                 (["--strategies"], "--strategies"),
                                 (["compare"], "A is required"),
                                 (["compare", "a.json"], "B is required"),
                                 (["show"], "RUN is required")):
            with self.subTest(arguments):
                status, said = self.refused(*arguments)

                self.assertEqual(status, 2)
                self.assertIn(words, said)
                self.assertIn("--help", said)

    def test_a_run_that_cannot_be_read_is_named(self):
        contents = {"missing.json": None, "broken.json": "{", "other.json": '{"format": "bench"}',
                    "newer.json": '{"format": "curfew-lab", "version": 99}', "empty.json": "",
                    "list.json": "[]"}
        for name, text in contents.items():
            path = self.traces.directory / name
            if text is not None:
                path.write_text(text)
            for arguments in (["compare", path, path], ["show", path]):
                with self.subTest([name, arguments[0]]):
                    status, said = self.refused(*arguments)

                    self.assertEqual(status, 1)
                    self.assertIn(f"{path}: ", said)

    def test_a_folder_that_cannot_be_written_is_told_before_anything_starts(self):
        file = self.traces.directory / "file"
        file.write_text("")
        for folder in ("/proc/lab", "/proc/self", file, file / "below"):
            with self.subTest(folder):
                status, said = self.refused("--quick", "-o", folder)

                self.assertEqual(status, 1)
                self.assertIn(f"{folder}: ", said)
                self.assertIn("--output", said)

    def test_something_else_in_the_place_of_a_run_is_not_overwritten(self):
        self.folder.mkdir()
        (self.folder / "run.json").write_text("mine")

        status, said = self.refused("--quick", "-o", self.folder)

        self.assertEqual(status, 1)
        self.assertIn(f"{self.folder / 'run.json'}: ", said)
        self.assertIn("--fresh", said)
        self.assertEqual((self.folder / "run.json").read_text(), "mine")


class Missing(LabTest):
    def path_without(self, *programs):
        """A folder with links to all programs but those."""
        folder = self.traces.directory / "bin"
        folder.mkdir()
        for source in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"):
            for program in Path(source).iterdir():
                link = folder / program.name
                if program.name not in programs and not link.is_symlink():
                    link.symlink_to(program)
        return folder

    def assert_gap(self, lab, columns, reason):
        self.assertEqual(lab.end(), 0, lab.said())
        run = self.run_file()
        assert_valid(run)
        self.assertTrue(run["complete"])
        gap, = [each for each in run["gaps"] if each != NOT_ASKED_FOR]
        self.assertEqual(gap["what"], columns)
        self.assertIn(reason, gap["why"])
        words = lambda text: " ".join(text.split())
        self.assertIn(words(f"{gap['what']}: {gap['why']}"), words(lab.out))
        self.assertIn(gap["what"], (self.folder / "report.html").read_text())
        self.assertIn(reason, (self.folder / "findings.md").read_text())
        self.assert_nothing_is_left()
        return run

    def test_without_memcached_its_kinds_are_a_gap(self):
        lab = self.lab("--quick", "--strategies", "deadline",
                       "--kinds", "cache-stall,sleep,http-stall,cache-drip", "-o", self.folder,
                       path=self.path_without("memcached"))

        run = self.assert_gap(lab, "cache-stall, cache-drip",
                              "There is no memcached; Debian has it in memcached")
        self.assertEqual({cell["kind"] for cell in run["cells"]}, {"sleep", "http-stall"})

    def test_without_mariadb_its_kinds_are_a_gap(self):
        lab = self.lab("--quick", "--strategies", "deadline",
                       "--kinds", "cache-stall,sleep,db-slow-query", "-o", self.folder,
                       path=self.path_without("mariadb-install-db"))

        run = self.assert_gap(lab, "db-slow-query",
                              "There is no mariadb-install-db; Debian has it in mariadb-server-core")
        self.assertEqual({cell["kind"] for cell in run["cells"]}, {"cache-stall", "sleep"})

    def test_without_a_peer_it_is_a_gap(self):
        lab = self.lab("--quick", "--strategies", "deadline", "--kinds", "sleep",
                       "--peers", "uwsgi", "-o", self.folder, path=self.path_without("uwsgi"))

        run = self.assert_gap(lab, "uwsgi-harakiri", "uwsgi-core")
        self.assertEqual([cell["strategy"] for cell in run["cells"]], ["deadline"])

    def test_a_peer_that_does_not_start_is_one_gap_whatever_it_was_to_be_tried_on(self):
        path = self.path_without("gunicorn")
        (path / "gunicorn").write_text("#!/bin/sh\nexit 1\n")
        (path / "gunicorn").chmod(0o755)
        lab = self.lab("--quick", "--strategies", "deadline", "--kinds", "sleep,spin,lock",
                       "--peers", "gunicorn-sync", "-o", self.folder, path=path)

        run = self.assert_gap(lab, "gunicorn-sync against the others (clean)", "")
        self.assertEqual({cell["strategy"] for cell in run["cells"]}, {"deadline"})


unittest.main()
