"""A readable page for each file of the repository that a page links to, and for the C."""

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound
from sphinx import addnodes
from sphinx.application import Sphinx

FOLDER = "files"
CODE = (".c", ".h", ".py")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what this module does."""
    app.connect("source-read", _list)
    app.connect("doctree-read", _link, priority=100)  # before Sphinx makes copies to download
    app.connect("html-collect-pages", _pages)
    return {"parallel_read_safe": False}


def shown(app: Sphinx) -> set[Path]:
    """Return the files that get a page, as paths from the top of the repository."""
    if not hasattr(app, "listed"):
        app.listed = {path.relative_to(app.srcdir) for path in _c(app)}
    return app.listed


def place(page: str, path: Path) -> str:
    """Return the address of a file's page, as seen from another page."""
    return os.path.relpath(f"{FOLDER}/{path}.html", Path(page).parent)


def _c(app: Sphinx) -> list[Path]:
    return sorted(path for path in (app.srcdir / "bpf").rglob("*") if path.suffix in CODE)


def _list(app: Sphinx, page: str, source: list[str]) -> None:
    """Write the list of the C."""
    if page == "docs/site/c":
        paths = [path.relative_to(app.srcdir) for path in _c(app)]
        for topic in dict.fromkeys(path.parts[1] for path in paths):
            source[0] += f"\n## {topic}\n\n"
            source[0] += "".join(
                f"- [{path.relative_to('bpf')}](../../{path})\n"
                for path in paths
                if path.parts[1] == topic
            )


def _link(app: Sphinx, tree: nodes.document) -> None:
    """Lead a link to a file to its page, where Sphinx would make a copy to download."""
    page = app.env.docname
    here = app.srcdir / Path(page).parent
    for old in list(tree.findall(addnodes.download_reference)):
        target = old["reftarget"]
        file = Path(app.srcdir, target[1:]) if target.startswith("/") else here / target
        path = Path(os.path.relpath(file, app.srcdir))
        shown(app).add(path)
        new = nodes.reference("", "", *old.children, internal=True, refuri=place(page, path))
        old.replace_self(new)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make the pages."""
    formatter = HtmlFormatter(linenos="inline", lineanchors="line", anchorlinenos=True)
    for path in sorted(shown(app)):
        text = (app.srcdir / path).read_text(encoding="utf-8").expandtabs(8)  # beside its numbers
        try:
            lexer = get_lexer_for_filename(path.name)
        except ClassNotFound:
            lexer = TextLexer()
        name = escape(str(path))
        body = f"<h1><code>{name}</code></h1>\n{highlight(text, lexer, formatter)}"
        yield f"{FOLDER}/{path}", {"title": str(path), "body": body}, "page.html"
