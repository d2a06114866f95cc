"""The links that leave the site: a list of them at each build, and what Sphinx's check found.

``outside-links.txt`` in the folder of the pages has a line for each address, and its pages.
``python docs/site/links.py FILE`` says what ``sphinx -b linkcheck`` left in its ``output.json``.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LIST = "outside-links.txt"
ANSWERS = ("working", "redirected")
FAILS = ("broken", "timeout")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what this module does."""
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True}


def _write(app: Sphinx, failed: Exception | None) -> None:
    """Write the list, from the pages as they are: the theme has links too."""
    if failed or app.builder.format != "html":
        return
    pages = defaultdict(set)
    for path in app.outdir.rglob("*.html"):
        for link in _Links(path.read_text(encoding="utf-8")).found:
            pages[link].add(str(path.relative_to(app.outdir)))
    lines = [f"{link} {' '.join(sorted(pages[link]))}\n" for link in sorted(pages)]
    (app.outdir / LIST).write_text("".join(lines), encoding="utf-8")


class _Links(HTMLParser):
    """The links of one page that leave the site."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href") or ""
        if tag == "a" and link.startswith(("http:", "https:", "//")):
            self.found.add(link)


def said(rows: list[dict[str, str]]) -> tuple[str, int]:
    """Return what to say of the links that were asked for, and with what to exit."""
    asked = [row for row in rows if row["status"] in ANSWERS + FAILS]
    dead = [row for row in asked if row["status"] in FAILS]
    if asked and dead == asked:
        return f"Skipped: none of {len(asked)} links answers, so there is no network here.", 0
    lines = [f"{row['filename']}: {row['uri']}: {row['info']}" for row in dead]
    return "\n".join([*lines, f"{len(dead)} of {len(asked)} links are dead."]), bool(dead)


if __name__ == "__main__":
    text, code = said([json.loads(row) for row in Path(sys.argv[1]).read_text().splitlines()])
    print(text)
    sys.exit(code)
