"""A lesson's cells: an anchor for each, C's colours for ``%%bpf``, and links to shown files."""

import json
import re
from pathlib import Path

from docutils import nodes
from listings import place
from pygments.lexer import bygroups, inherit
from pygments.lexers.c_cpp import CLexer
from pygments.token import Comment, Text
from sphinx.application import Sphinx

FILE = re.compile(r"(<figcaption[^>]*>)(bpf/[\w./-]+)(</figcaption>)")


class BpfLexer(CLexer):
    """The C of a cell, below the line that gives the program its name."""

    name = "bpf"
    tokens = {  # noqa: RUF012 - pygments reads it from the class
        "root": [(r"(%%\w+[^\n]*)(\n)", bygroups(Comment.Preproc, Text)), inherit]
    }


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what this module does."""
    app.add_lexer("bpf", BpfLexer)
    app.connect("doctree-read", _cells, priority=100)
    return {"parallel_read_safe": True}


def _cells(app: Sphinx, tree: nodes.document) -> None:
    """Give each code cell its id."""
    path = app.env.doc2path(app.env.docname)
    if path.suffix != ".ipynb":
        return
    stored = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in tree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            _cell(cell, stored[cell["cell_index"]]["id"])
    for shown in tree.findall(nodes.raw):  # the text of an output stays as it is
        text = FILE.sub(lambda found: _linked(app, found), shown.astext())
        shown.children[:] = [nodes.Text(text)]


def _linked(app: Sphinx, found: re.Match[str]) -> str:
    """Return a caption whose file leads to the page of that file, where it is a file of ours."""
    if not (app.srcdir / found[2]).is_file():
        return found[0]
    return f'{found[1]}<a href="{place(app.env.docname, Path(found[2]))}">{found[2]}</a>{found[3]}'


def _cell(cell: nodes.container, name: str) -> None:
    cell["ids"].append(f"cell-{name}")  # a heading may have the same name
    link = f'<a class="cell-link" href="#cell-{name}" aria-label="Link to the cell {name}">#</a>'
    cell.insert(0, nodes.raw("", link, format="html"))
    for block in cell.findall(nodes.literal_block):
        if block.astext().startswith("%%bpf"):
            block["language"] = "bpf"
