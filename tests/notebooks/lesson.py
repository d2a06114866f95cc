"""A lesson as it is stored: its cells, its prose, its tags, what its outputs say."""

import ast
import re

from bpflab.course.notebooks import read
from bpflab.paths import number_of
from tests.course.solutions import python_of

FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)


class Lesson:
    """A lesson as it is stored, and its file."""

    def __init__(self, path):
        self.path = path
        self.number = number_of(path.name)
        self.nb = read(path)
        self.cells = self.nb.cells


def code_of(lesson):
    """Return the code cells."""
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def python_cells(lesson):
    """Return the syntax of each code cell; of a cell of C, as what it does in Python."""
    return [ast.parse(python_of(cell.source)) for cell in code_of(lesson)]


def prose_of(lesson):
    """Return the text of all markdown cells, without what stands in fences."""
    texts = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    return FENCE.sub("", "\n\n".join(texts))


def headings_of(lesson):
    """Return the headings in order, each with its level."""
    found = re.findall(r"^(#+) +(.+?)\s*$", prose_of(lesson), re.MULTILINE)
    return [(len(marks), title) for marks, title in found]


def tags_of(cell):
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", []))


def texts_of(cell):
    """Return all that a cell's outputs say, pictures apart."""
    found = []
    for out in cell.outputs:
        data = {
            k: v for k, v in out.get("data", {}).items() if k not in ("image/png", "image/jpeg")
        }
        found += [out.get("text", ""), *map(str, data.values())]
    return "\n".join(found)


def calls_of(lesson, *names):
    """Return the calls of functions of these names in all code cells, in order."""
    nodes = (node for cell in python_cells(lesson) for node in ast.walk(cell))
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in names]
