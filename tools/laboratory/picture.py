"""The matrix of a report as a picture: picture.py REPORT PNG."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests"))
from browser.browser import browser  # noqa: E402

WIDTH = 1280  # px, with room for the names of other servers

with browser(width=WIDTH) as page:
    page.resize(WIDTH)
    page.open(pathlib.Path(sys.argv[1]).absolute().as_uri())
    page.prefer("light")
    if page.run("const m = document.getElementById('matrix'); return m.scrollWidth > m.clientWidth"):
        sys.exit(f"picture.py: the matrix is wider than a page of {WIDTH} pixels")
    page.picture(sys.argv[2], (page.one("#matrix-title"), page.one("#matrix")))
