"""The table of what the rebuilt documents say, in docs/series.md, beside the cells it names."""

import ast
import re
from functools import cache
from urllib.parse import unquote

from bpflab.course.notebooks import read
from bpflab.paths import NOTEBOOKS, NUMBER, ROOT
from tests.course.solutions import python_of

TABLE = ROOT / "docs" / "series.md"
BPF = ROOT / "bpf"
KINDS = {"program", "map", "command", "claim"}
BECOMES = {"does", "corrects", "says", "open"}
LINK = re.compile(rf"\[(.+?)\]\(\.\./notebooks/({NUMBER}-[\w-]+\.ipynb)#(.+?)\) `([\w-]+)`")
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


@cache
def cells(lesson):
    """Return the cells of a lesson by their id, each with the heading that it stands under."""
    found, heading = {}, ""
    for cell in read(NOTEBOOKS / lesson).cells:
        headings = re.findall(r"^#+ +(.+?)\s*$", cell.source, re.MULTILINE) * (
            cell.cell_type != "code"
        )
        found[cell.id] = cell, {heading, *headings}
        heading = headings[-1] if headings else heading
    return found


def text_of(cell):
    """Return a cell's source, and its outputs as text."""
    outs = cell.get("outputs", [])
    return "\n".join([cell.source, *(str(o.get("text", o.get("data", ""))) for o in outs)])


@cache
def parts(lesson):
    """Return for each name that a lesson binds the syntax that bound it."""
    bound = {}
    for cell, _ in cells(lesson).values():
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(python_of(cell.source))):
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
    todo, seen, found, texts = [ast.parse(python_of(cell.source))], set(), set(), []
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


def faults(row):
    """Return what of a row does not hold, a sentence each."""
    kind, item, places, becomes, how = row
    if (kind in KINDS, becomes in BECOMES, bool(item and how)) != (True, True, True):
        return ["it is not complete"]
    named = where(row)
    missing = [f"{lesson} has no cell {id}" for lesson, id, _ in named if id not in cells(lesson)]
    open_ends = len(named) != (0 if becomes == "open" else len(places.split("<br>")))
    if missing or open_ends or (places == "-") != (becomes == "open"):
        return missing or ["its places are not those of its kind"]
    found, texts = [], []
    for lesson, id, anchor in named:
        cell, headings = cells(lesson)[id]
        if anchor not in {heading.replace(" ", "-") for heading in headings}:
            found.append(f"{id} stands under {headings}")
        texts += [text_of(cell), *([sources(lesson, cell)] if cell.cell_type == "code" else [])]
    runs = any(cells(lesson)[id][0].cell_type == "code" for lesson, id, _ in named)
    if runs != (becomes in {"does", "corrects"}):
        found.append(f"it {becomes}, and its cells are {'code' if runs else 'prose'}")
    quoted = [name for name in QUOTED.findall(how) if name not in "\n".join(texts)]
    return found + [f"no cell of it has `{name}`" for name in quoted]


def test_each_row_holds():
    """A row leads to cells below their headings, which run or say what it quotes; none comes twice.

    A row that does or corrects has a cell that runs. What the last column has in backticks stands
    in a cell of the row, or in the C that it names.
    """
    rows = documents()
    items = [(name, row[1]) for name, each in rows.items() for row in each]
    wrong = [(*item, "it comes twice") for item in set(items) if items.count(item) > 1]
    wrong += [
        (n, row[1], fault) for n, each in rows.items() for row in each for fault in faults(row)
    ]

    assert [len(each) > 25 for each in rows.values()] == [True] * 5
    assert not wrong, "\n".join(" | ".join(each) for each in wrong)
