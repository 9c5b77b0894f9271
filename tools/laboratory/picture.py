"""The matrix of a report as a picture: picture.py REPORT PNG."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests"))
from browser.browser import browser  # noqa: E402

with browser(width=1200) as page:
    page.resize(1200)
    page.open(pathlib.Path(sys.argv[1]).absolute().as_uri())
    page.prefer("light")
    page.picture(sys.argv[2], (page.one("#matrix-title"), page.one("#matrix")))
