"""Puts the report's page together, as a C++ source: all of it but the run itself.

    embed.py CHART_LIBRARY PAGE STYLE SCRIPT... OUTPUT

The scripts become one, in this order. What the page may do is said by the hashes of its own parts
(Content-Security-Policy): nothing else runs in it, and it loads nothing.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path


def inline(text: str, element: str) -> str:
    """As the content of this element, which its own end tag would cut short."""
    ends = re.search(rf"</{element}|<!--", text, re.IGNORECASE)
    if ends:
        sys.exit(f"embed.py: <{element}> cannot hold {ends.group()!r}")
    return text


def allowed(*texts: str) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def literal(text: str) -> str:
    """A raw string literal in pieces: a compiler may limit the length of one."""
    pieces = [text[start:start + 8000] for start in range(0, len(text), 8000)]
    return "\n".join(f'R"~page~({piece})~page~"' for piece in pieces)


def main(chart: Path, page: Path, style: Path, *scripts_and_output: Path) -> None:
    *scripts, output = scripts_and_output
    parts = {
        "style": inline(style.read_text(), "style"),
        "chart": inline(chart.read_text(), "script"),
        "script": inline("'use strict';\n" + "\n".join(each.read_text() for each in scripts),
                         "script"),
    }
    parts["policy"] = "; ".join((
        "default-src 'none'",
        "script-src " + allowed(parts["chart"], parts["script"]),
        "style-src " + allowed(parts["style"]),
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ))
    whole = re.sub(r"\{\{(style|chart|script|policy)\}\}", lambda mark: parts[mark.group(1)],
                   page.read_text())
    before, after = whole.split("{{run}}")
    output.write_text(
        "// Made by embed.py.\n"
        '#include "tools/laboratory/showing/report_page.h"\n\n'
        "namespace curfew::laboratory {\n\n"
        f"const std::string_view page_before_run =\n{literal(before)};\n\n"
        f"const std::string_view page_after_run =\n{literal(after)};\n\n"
        "}  // namespace curfew::laboratory\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
