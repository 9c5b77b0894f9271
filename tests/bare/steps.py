"""What is done with each code block of README and of the manual on a bare machine. The rules:

- A block that is indented, or a fence of `sh`, has commands, one on a line (`\\` continues it). What
  they are and how they are judged is decided by their first words: see RULES.
- `cpp` with an #include is a file, whose name the paragraph before it has in backticks; without one
  it is the inside of a handler. Both must compile.
- `toml` is checked by the installed server, with the application that README has had built before.
- A fence of a language in NOT_OURS belongs to another program, and is not tried.

A comment behind a command is part of what is tested: a status in it is what curl must get (200 if it
names none), and behind `# as root` an ordinary user writes `sudo` before the command.

The manual goes on where README ends: with its servers, and in its directory. Anything else is an
error: whoever adds a new kind of command adds a rule here.
"""

import dataclasses
import re
import shlex

HERE = "tests/bare/steps.py"

NOT_OURS = {
    "nginx": "nginx's configuration",
    "ini": "a unit for systemd, which does not run here",
    "json": "an example of output",
    "text": "an example of output",
}


class Unknown(Exception):
    """There is something that no rule is for."""


@dataclasses.dataclass
class Step:
    place: str  # the file and the line
    text: str  # the command, word for word; or what is in the file
    kind: str  # "serve", "run", "curl", "wrk", "file", "handler", "configuration", "skip"
    detail: str = ""  # the file's name, or why it is skipped
    status: int = 200  # what curl must get
    as_root: bool = False
    limit: int = 120  # in seconds


LONG = "it takes half an hour, and is what runs this test"


def has(words, *options):
    return any(word in options for word in words)


def run(step, words):
    step.kind = "run"


def serve(step, words):
    if has(words, "--help", "--version", "--check-config", "--print-config"):
        return run(step, words)
    step.kind = "serve"
    step.limit = 1500  # the first one installs packages and builds


def curl(step, words):
    if has(words, "-w", "--write-out", "-K", "--config"):
        raise Unknown("curl cannot be asked for its status here: leave -w and -K out")
    step.kind = "curl"
    comment = step.text.partition(" #")[2]
    if status := re.search(r"\b[1-5]\d\d\b(?! ?(µ|m?s\b|[kM]?B\b|times|requests|MB))", comment):
        step.status = int(status[0])


def wrk(step, words):
    seconds = re.search(r" -d ?(\d+)s?\b", step.text)
    if not seconds or int(seconds[1]) > 30:
        raise Unknown("wrk needs a bound here: -d 10, and 30 seconds at most")
    step.kind = "wrk"


def lab(step, words):
    if not has(words, "--quick"):
        step.kind, step.detail = "skip", "it takes many minutes; --quick is tried"
        return
    step.kind = "run"
    step.limit = 900  # it is built first


def skip(why):
    def rule(step, words):
        step.kind, step.detail = "skip", why

    return rule


# By a command's first word.
RULES = {
    "tools/serve": serve,
    "curfew": serve,
    "tools/test": skip(LONG),
    "tools/bench": skip("it needs a machine of its own"),
    "tools/lab": lab,
    "tools/backends": run,
    "tools/network": run,
    "curl": curl,
    "wrk": wrk,
    "meson": run,
    "ninja": run,
    "g++": run,
    "cmake": run,
    "kill": run,
    "mkdir": run,
    "cp": run,
    "mv": run,
    "cat": run,
    "systemctl": skip("systemd does not run here"),
    "journalctl": skip("systemd does not run here"),
    "docker": skip("there is no Docker here"),
}


def commands(block):
    """(line, text) of each, comments included; lines that are nothing but one are left out."""
    text, start = "", block.line
    for number, line in enumerate(block.text.splitlines(), block.line):
        if not text:
            start = number
        text += line
        if line.endswith("\\"):
            text += "\n"
            continue
        if text.strip() and not text.lstrip().startswith("#"):
            yield start, text.strip()
        text = ""


def command_step(place, text):
    words = shlex.split(text, comments=True)
    rule = RULES.get(words[0])
    if not rule:
        raise Unknown(f"there is no rule for the command `{words[0]}`")
    step = Step(place, text, "")
    rule(step, words)
    step.as_root = bool(re.search(r" # +as root\b", text))
    return step


def steps_of(block, file):
    place = f"{file}:{block.line}"
    if block.language in (None, "sh"):
        return [command_step(f"{file}:{line}", text) for line, text in commands(block)]
    if block.language == "cpp":
        if "#include" not in block.text:
            return [Step(place, block.text, "handler")]
        name = re.findall(r"`([\w-]+\.cpp)`", block.before)
        if not name:
            raise Unknown("the paragraph before this block does not say which file it is: `name.cpp`")
        return [Step(place, block.text, "file", detail=name[-1])]
    if block.language == "toml":
        return [Step(place, block.text, "configuration")]
    if block.language in NOT_OURS:
        return [Step(place, block.text, "skip", detail=NOT_OURS[block.language])]
    raise Unknown(f"there is no rule for a block of language `{block.language}`")


def plan(blocks, file):
    """All steps, and the errors: what no rule is for."""
    steps, errors = [], []
    for block in blocks:
        try:
            steps += steps_of(block, file)
        except Unknown as error:
            errors.append(f"{file}:{block.line}: {error}. Put it as the rules at the top of {HERE} "
                          "have it, or add a rule there.")
    return steps, errors
