"""Exercises of the lessons, their solutions, and the cells that a check needs before it."""

import ast
import builtins
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from bpflab.exercises.exercise import answer_name
from bpflab.paths import NOTEBOOKS, number_of
from bpflab.paths import NUMBER as LESSON

FOLDER = NOTEBOOKS / "solutions"
NUMBER = re.compile(rf"^\*\*({LESSON}-\d)\.\*\*\s", re.MULTILINE)
CHECK = re.compile(rf"""\bcheck\(\s*["']({LESSON}-\d)["']""")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BRACES = re.compile(r"\{([^{}]+)\}")  # the value of a Python expression, in a magic's line
CODE = re.compile(r"`([^`\n]+)`")
OF_IPYTHON = {"display", "get_ipython"}
MAGIC = "%%bpf "


@dataclass
class Exercise:
    """Which cell of a lesson takes the answer, and which one judges it: neither for prose."""

    answer: int | None = None
    check: int | None = None


def exercises(cells: list[NotebookNode]) -> dict[str, Exercise]:
    """Return the exercises of a lesson by their number, in order."""
    found: dict[str, Exercise] = {}
    for index, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            found |= {number: Exercise() for number in NUMBER.findall(cell.source)}
        elif "exercise" in cell.metadata.get("tags", []):
            list(found.values())[-1].answer = index
        else:
            for number in CHECK.findall(cell.source):
                found[number].check = index
    return found


def solutions() -> dict[str, str]:
    """Return the text of each solution by the number of its exercise."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        _, *parts = NUMBER.split(file.read_text(encoding="utf-8"))
        assert set(map(number_of, parts[::2])) == {file.stem}, f"{file.name} has others"
        found |= dict(zip(parts[::2], parts[1::2], strict=True))
    return found


def fenced(solution: str) -> tuple[str, str]:
    """Return the language and the text of a solution's first fenced block; empty without one."""
    fence = FENCE.search(solution)
    return (fence[1], fence[2]) if fence else ("", "")


def filled(cell: str, solution: str) -> str:
    """Return the source of an exercise's cell with the solution in it.

    The solution's first fenced block is the cell itself if it is Python, and else the text of a
    program, which stands below the first line of a cell of C. Without a fence the first code in
    the prose is the value.
    """
    language, text = fenced(solution)
    if language == "python":
        return text
    if cell.startswith(MAGIC):
        return text if text.startswith(MAGIC) else cell.partition("\n")[0] + "\n" + text
    (statement,) = ast.parse(cell).body
    value = repr(text) if text else CODE.search(solution)[1]
    return f"{ast.unparse(statement.targets[0])} = {value}"


def needed(cells: list[NotebookNode], last: set[int]) -> list[int]:
    """Return the code cells that *last* ones are and build on, in order.

    A cell builds on the one before it that last gave a value to a name that it uses. A function
    may use a name that gets its value later.
    """
    code = {n: names(cell.source) for n, cell in enumerate(cells) if cell.cell_type == "code"}
    for n in code:  # check takes the answer by its name
        numbers = CHECK.findall(cells[n].source)
        answers = set(map(answer_name, numbers))
        code[n] = code[n][0] | answers, code[n][1]
    todo, chosen = set(last), set()
    while todo:
        index = todo.pop()
        chosen.add(index)
        for name in code[index][0] - {*dir(builtins), *OF_IPYTHON}:
            givers = [n for n, (_, binds) in code.items() if name in binds and n < max(last)]
            assert givers, f"nothing gives {name} a value"
            todo |= {max([n for n in givers if n < index] or givers)} - chosen
    return sorted(chosen)


def python_of(source: str) -> str:
    """Return a cell as Python: of a cell of C, that its name gets a value and what that takes."""
    if not source.startswith(MAGIC):
        return source
    head = source.partition("\n")[0]
    return "\n".join([f"{head.split()[1]} = {source!r}", *BRACES.findall(head)])


def names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell takes from others, and those that it gives a value."""
    uses, binds, inner = set(), set(), set()
    for node in ast.walk(ast.parse(python_of(source))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            binds |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ExceptHandler):
            binds.add(node.name)
        elif isinstance(node, ast.arg):
            inner.add(node.arg)
        elif isinstance(node, ast.Name):
            (uses if isinstance(node.ctx, ast.Load) else binds).add(node.id)
    return uses - binds - inner, binds
