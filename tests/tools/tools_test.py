"""The tools as a shell calls them. What would change the machine is put out of action: programs of
these names that only note that they were called go first in PATH."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = sorted(path for path in (ROOT / "tools").iterdir() if path.is_file())
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $* SYSTEMD_OFFLINE=$SYSTEMD_OFFLINE" >>"$CALLS"
"""


class Tools(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="curfew-tools-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.calls_file = self.directory / "calls"
        self.stand_in = STAND_IN

    def run_with(self, stand_ins, command):
        """The command's result, with such stand-ins; what was called is in self.calls_file."""
        for name in stand_ins:
            (self.directory / name).write_text(self.stand_in)
            (self.directory / name).chmod(0o755)
        self.calls_file.write_text("")
        environment = dict(
            os.environ, CALLS=str(self.calls_file), PATH=f"{self.directory}:{os.environ['PATH']}"
        )
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    def test_help_of_a_tool_needs_no_package_and_builds_nothing(self):
        for tool in TOOLS:
            with self.subTest(tool=tool.name):
                changes = ["apt-get", "dpkg-query", "sudo", "meson", "ninja", "memcached"]
                result = self.run_with(changes, [tool, "--help"])
                first_line = tool.read_text().splitlines()[1].removeprefix("# ")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(first_line, result.stdout)
                self.assertEqual(self.calls_file.read_text(), "")

    def test_a_tool_called_wrongly_says_how_to_call_it(self):
        for tool in ["backends", "generate", "network", "test"]:
            with self.subTest(tool=tool):
                result = self.run_with(
                    ["apt-get", "sudo", "meson", "ninja"], [ROOT / "tools" / tool, "nonsense"]
                )
                self.assertEqual(result.returncode, 2)
                self.assertIn(f"tools/{tool}", result.stderr)
                self.assertEqual(self.calls_file.read_text(), "")

    def need(self, packages):
        script = 'set -euo pipefail; root=$1; source "$root/tools/lib/packages.sh"; need $2'
        return self.run_with(["apt-get"], ["bash", "-c", script, "-", ROOT, packages])

    def as_if_root(self):
        sudo = self.directory / "sudo"
        sudo.write_text('#!/bin/sh\nexec "$@"\n')
        sudo.chmod(0o755)

    def test_a_package_that_dpkg_never_knew_is_installed_and_starts_no_service(self):
        self.as_if_root()

        result = self.need("bash no-such-package")

        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Installing from Debian's packages: no-such-package\n", result.stderr)
        update, install = self.calls_file.read_text().splitlines()
        self.assertIn("apt-get update", update)
        self.assertIn("no-such-package SYSTEMD_OFFLINE=1", install)
        self.assertNotIn("bash", install)

    def test_a_source_that_does_not_answer_is_not_in_the_way_of_others(self):
        self.as_if_root()
        self.stand_in = STAND_IN + '[ "$1" != update ]\n'

        result = self.need("no-such-package")

        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("apt-get update has failed", result.stderr)
        self.assertIn("no-such-package", self.calls_file.read_text().splitlines()[1])

    def test_what_is_installed_already_asks_for_nothing(self):
        result = self.need("bash dash")

        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.calls_file.read_text(), "")


if __name__ == "__main__":
    unittest.main()
