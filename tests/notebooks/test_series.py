"""The table of what the rebuilt documents say, in docs/series.md, held to the cells it names."""

import ast
import re
from functools import cache
from urllib.parse import unquote

import pytest

from bpflab.course.notebooks import read
from bpflab.paths import NOTEBOOKS, ROOT

TABLE = ROOT / "docs" / "series.md"
BPF = ROOT / "bpf"
KINDS = {"program", "map", "command", "claim"}
LINK = re.compile(r"\[(.+?)\]\(\.\./notebooks/(\d\d-[\w-]+\.ipynb)#(.+?)\) `([\w-]+)`")
QUOTED = re.compile(r"`([^`]+)`")
C_FILE = re.compile(
    "|".join(  # a topic's file, or a topic that is loaded as one program
        f"{topic.name}{'/|' + topic.name + '$' if (topic / 'common.h').exists() else '/'}"
        for topic in BPF.iterdir()
    )
)


def documents():
    """Return the rows of each document's table, under its heading."""
    parts = re.split(r"^## ", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0]: rows_of(part) for part in parts}


def rows_of(part):
    """Return the rows of a table as lists of five cells, without its head."""
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


ROWS = [(name, row) for name, rows in documents().items() for row in rows]
EACH = pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[row[1] for _, row in ROWS])


@cache
def cells(lesson):
    """Return the cells of a lesson by their id, each with the heading that it stands under."""
    found, heading = {}, ""
    for cell in read(NOTEBOOKS / lesson).cells:
        own = re.findall(r"^#+ +(.+?)\s*$", cell.source, re.MULTILINE) * (cell.cell_type != "code")
        found[cell.id] = cell, {heading, *own}
        heading = own[-1] if own else heading
    return found


def said(cell):
    """Return a cell's source, and its outputs as text."""
    outs = cell.get("outputs", [])
    return "\n".join([cell.source, *(str(o.get("text", o.get("data", ""))) for o in outs)])


@cache
def parts(lesson):
    """Return for each name that a lesson binds the syntax that bound it."""
    bound = {}
    for cell, _ in cells(lesson).values():
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                for name in binds(node):
                    bound.setdefault(name, []).append(node)
    return bound


def binds(node):
    """Return the names that a statement gives a value."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "optional_vars", None)])
    targets = targets if isinstance(node, ast.Assign | ast.withitem) else []
    inner = [n for target in targets if target for n in ast.walk(target)]
    return [n.id for n in inner if isinstance(n, ast.Name)]


def sources(lesson, cell):
    """Return the C and the strings that a cell names, through a name that was bound as well."""
    todo, seen, found, texts = [ast.parse(cell.source)], set(), set(), []
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                todo += parts(lesson).get(node.id, [])
            elif isinstance(node, ast.Constant) and C_FILE.match(str(node.value)):
                found |= {*BPF.glob(f"{node.value}*"), *BPF.glob(f"{node.value}*/*")}
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                texts.append(str(node.value.value))  # EXECVE = "syscalls:sys_enter_execve"
    return "\n".join([*texts, *(path.read_text() for path in found if path.is_file())])


def where(row):
    """Return the lesson, the cell and the heading of each place that a row names."""
    return [(file, id, unquote(anchor)) for _, file, anchor, id in LINK.findall(row[2])]


def test_there_are_five_documents():
    """Each document has its table, and none is empty."""
    assert [len(rows) > 25 for rows in documents().values()] == [True] * 5


def test_each_item_stands_once_in_its_document():
    """What stands twice would be looked after once."""
    items = [(name, row[1]) for name, row in ROWS]
    assert [item for item in items if items.count(item) > 1] == []


@EACH
def test_a_row_is_complete(row):
    """Five cells: a kind, an item, a place or more (none if it is open), what is done, and how."""
    kind, item, places, becomes, how = row
    assert kind in KINDS
    assert item and how
    assert becomes in {"does", "corrects", "says", "open"}
    assert (places == "-") == (becomes == "open")
    assert len(where(row)) == (0 if becomes == "open" else len(places.split("<br>")))


@EACH
def test_its_cells_are_there_under_their_heading(row):
    """A link leads to a heading, and the cell stands below it."""
    for lesson, id, anchor in where(row):
        assert id in cells(lesson), f"{lesson} has no cell {id}"
        headings = {heading.replace(" ", "-") for heading in cells(lesson)[id][1]}
        assert anchor in headings, f"{id} stands under {headings}"


@EACH
def test_what_is_done_is_done_by_code(row):
    """A row that does or corrects names a cell that runs; one that says names prose."""
    kinds = [cells(lesson)[id][0].cell_type for lesson, id, _ in where(row)]
    assert ("code" in kinds) == (row[3] in {"does", "corrects"})


@EACH
def test_the_names_it_quotes_stand_in_its_cells(row):
    """What the last column has in backticks stands in a cell of the row, or in the C it names."""
    texts = []
    for lesson, id, _ in where(row):
        cell = cells(lesson)[id][0]
        texts.append(said(cell))
        if cell.cell_type == "code":
            texts.append(sources(lesson, cell))
    assert [name for name in QUOTED.findall(row[4]) if name not in "\n".join(texts)] == []
