"""Code blocks, and what is done with them on a bare machine. README and the manual are read as well:
a command that no rule is for is found here, long before `tools/test bare` has built its machine."""

import pathlib
import unittest

import readme
import steps

ROOT = pathlib.Path(__file__).resolve().parents[2]


def plan(markdown):
    return steps.plan(readme.blocks(markdown), "some.md")


def step(markdown):
    (only,), errors = plan(markdown)
    assert not errors, errors
    return only


class Blocks(unittest.TestCase):
    def test_indented_and_fenced_ones_are_found_with_line_and_paragraph(self):
        text = "# Title\n\nSay\nso:\n\n    one\n\n    two\n\nText\n    goes on.\n\n```cpp\nint a;\n```\n"
        found = readme.blocks(text)
        self.assertEqual(
            [(b.line, b.language, b.text, b.before) for b in found],
            [(6, None, "one\n\ntwo\n", "Say so:"), (14, "cpp", "int a;\n", "Text goes on.")],
        )

    def test_what_is_indented_within_a_fence_belongs_to_it(self):
        (block,) = readme.blocks("```toml\n\n    a = 1\n```\n")
        self.assertEqual(block.text, "\n    a = 1\n")

    def test_a_fence_without_an_end_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "line 1"):
            readme.blocks("```cpp\nint a;\n")


class Steps(unittest.TestCase):
    def test_a_status_in_the_comment_is_what_curl_must_get(self):
        for comment, status in [
            ("", 200), ("# in time: the row", 200), ("# at once: 502", 502),
            ("# 504 after 250 ms", 504), ("# 400 ms later: 504", 504), ("# after 500ms", 200),
        ]:
            self.assertEqual(step(f"    curl http://127.0.0.1:8000/ {comment}\n").status, status)

    def test_a_server_is_told_from_a_command_that_ends(self):
        self.assertEqual(step("    curfew ./hello.so --workers 2\n").kind, "serve")
        self.assertEqual(step("    curfew --check-config\n").kind, "run")

    def test_as_root_is_in_the_comment(self):
        self.assertTrue(step("    meson install -C build/release      # as root\n").as_root)
        self.assertFalse(step("    meson setup build/release\n").as_root)

    def test_a_command_goes_on_behind_a_backslash(self):
        self.assertEqual(step("    curl -i \\\n      http://a/\n").text, "curl -i \\\n  http://a/")

    def test_a_file_is_named_by_the_paragraph_before_it(self):
        found = step("Put this into `hello.cpp`:\n\n```cpp\n#include <curfew/app.h>\n```\n")
        self.assertEqual((found.kind, found.detail), ("file", "hello.cpp"))

    def test_what_no_rule_is_for_is_an_error_with_its_line(self):
        for text, message in [
            ("    frobnicate\n", "no rule for the command `frobnicate`"),
            ("```ruby\nputs 1\n```\n", "no rule for a block of language `ruby`"),
            ("```\nwhat?\n```\n", "no rule for a block of language ``"),
            ("```cpp\n#include <a>\n```\n", "does not say which file"),
            ("    wrk http://127.0.0.1:8000/\n", "wrk needs a bound"),
        ]:
            found, (said,) = plan(text)
            self.assertEqual(found, [])
            self.assertRegex(said, "^some.md:[1-5]: ")
            self.assertIn(message, said)


class Readme(unittest.TestCase):
    def test_every_block_has_a_rule(self):
        for file in readme.FILES:
            _, errors = steps.plan(readme.blocks((ROOT / file).read_text()), file)
            self.assertEqual(errors, [])

    def test_a_server_is_started_and_asked_and_a_handler_compiled(self):
        found, _ = plan((ROOT / "README.md").read_text())
        self.assertEqual((found[0].kind, found[0].text), ("serve", "tools/serve"))
        self.assertLessEqual(
            {"serve", "run", "curl", "wrk", "file", "handler", "configuration"}, {s.kind for s in found}
        )


if __name__ == "__main__":
    unittest.main()
