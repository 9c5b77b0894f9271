"""What README.md and docs/*.md say, as far as a program can tell: links lead somewhere, snippets
compile, configurations are good.

    documents_test.py SOURCE CURFEW DEMO COMPILER_ARGUMENT...
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE, CURFEW, DEMO = (pathlib.Path(argument) for argument in sys.argv[1:4])
COMPILE = sys.argv[4:]
del sys.argv[1:]

sys.path.insert(0, str(SOURCE / "tests" / "bare"))
import readme  # noqa: E402

DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]
MANUAL = SOURCE / "docs" / "manual.md"
ROOM_READMES = sorted(SOURCE.glob("[hwm]*/*/README.md"))

# What a reader of README.md writes, and what tools/lab writes.
NOT_OF_THE_TREE = {"hello.cpp", "run.json"}


def prose(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(path):
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.*)$", prose(path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


# A path in the text begins at the source tree or, as those of rooms do, at one of these.
FLOORS = ("handlers", "worker", "master", "tests", "tools")


def named_files(text):
    """Paths and names of files between backticks: "handlers/app.h", "registry.cpp", "base/"."""
    path = r"[A-Za-z][\w*.-]*(?:/[\w*.-]+)*(?:/|\.(?:cpp|h|py|md|mdoc|toml|sh|build|json))"
    return set(re.findall(f"`({path})`", prose(text))) | set(
        re.findall(r"`((?:[a-z_]+/)+[a-z_]+)`", prose(text))
    )


def is_there(document, path):
    """A file may be named without its ending, and by its name alone."""
    beginnings = [SOURCE, document.parent, *(SOURCE / floor for floor in FLOORS)]
    if any(found for place in beginnings for end in ("", ".*") for found in place.glob(path + end)):
        return True
    tree = [SOURCE / part for part in (*FLOORS, "conf", "docs")]
    return "/" not in path and any(found for part in tree for found in part.rglob(path))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


class Documents(unittest.TestCase):
    def test_links_lead_to_a_file_and_a_section_that_are_there(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)\s]+)\)", prose(document.read_text())):
                if target.startswith(("http://", "https://")):
                    continue
                with self.subTest(document=document.name, target=target):
                    path, _, anchor = target.partition("#")
                    file = (document.parent / path).resolve() if path else document
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(file))

    def test_files_that_the_text_names_are_there(self):
        for document in [SOURCE / "README.md", SOURCE / "docs" / "ARCHITECTURE.md", *ROOM_READMES]:
            found = named_files(document.read_text())
            self.assertTrue(found)
            for path in sorted(found - NOT_OF_THE_TREE):
                with self.subTest(document=document.relative_to(SOURCE), path=path):
                    self.assertTrue(is_there(document, path))

    def test_the_readme_leads_to_every_section_of_the_manual(self):
        said = (SOURCE / "README.md").read_text()
        sections = re.findall(r"^## (.*)$", prose(MANUAL.read_text()), re.MULTILINE)
        self.assertGreater(len(sections), 5)
        for anchor in anchors(MANUAL) - {"manual"}:
            with self.subTest(anchor=anchor):
                self.assertIn(f"(docs/manual.md#{anchor})", said)

    def test_snippets_of_the_manual_compile(self):
        found = [block for block in readme.blocks(MANUAL.read_text()) if block.language == "cpp"]
        self.assertTrue(found)
        for block in found:
            with self.subTest(line=block.line), tempfile.TemporaryDirectory() as directory:
                file = pathlib.Path(directory) / "snippet.cpp"
                file.write_text(block.text)
                result = run("c++", "-std=c++20", "-fsyntax-only", *COMPILE, file)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_configurations_of_the_manual_are_good(self):
        found = [block for block in readme.blocks(MANUAL.read_text()) if block.language == "toml"]
        self.assertTrue(found)
        for block in found:
            with self.subTest(line=block.line), tempfile.TemporaryDirectory() as directory:
                file = pathlib.Path(directory) / "curfew.toml"
                file.write_text(block.text)
                result = run(CURFEW, "--check-config", "--config", file, DEMO)
                self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
