"""The code blocks of a Markdown file."""

import dataclasses
import re

# What is tried, in this order.
FILES = ["README.md", "docs/manual.md"]


@dataclasses.dataclass
class Block:
    line: int  # where its first line is, counted from 1
    language: str | None  # what stands behind the fence; None: it is indented, and has none
    text: str
    before: str  # the paragraph before it, on one line


def blocks(markdown):
    """In their order. Only what is indented by four spaces after an empty line is a block, as
    Markdown has it; in a list that is text as well, so lists keep to two spaces."""
    lines = markdown.splitlines()
    found = []
    paragraph = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if fence := re.match(r"(\s*)(```+)\s*(\S*)", line):
            indent, marks, language = fence.groups()
            start = at + 1
            at = start
            while at < len(lines) and lines[at].strip() != marks:
                at += 1
            if at == len(lines):
                raise ValueError(f"line {start}: this block has no end")
            text = [inner.removeprefix(indent) for inner in lines[start:at]]
            found.append(Block(start + 1, language, "\n".join(text) + "\n", " ".join(paragraph)))
        elif line.startswith("    ") and line.strip() and (at == 0 or not lines[at - 1].strip()):
            start = at
            end = at  # behind its last line that is not empty
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at].strip()):
                at += 1
                if lines[at - 1].strip():
                    end = at
            text = [inner.removeprefix("    ") for inner in lines[start:end]]
            found.append(Block(start + 1, None, "\n".join(text) + "\n", " ".join(paragraph)))
            continue
        elif line.strip():
            if at == 0 or not lines[at - 1].strip():
                paragraph = []
            paragraph.append(line.strip())
        at += 1
    return found
