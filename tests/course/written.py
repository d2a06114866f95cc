"""How much C a learner writes: ``python -m tests.course.written`` prints it by exercise."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from bpflab.course.notebooks import lessons, read
from bpflab.paths import number_of
from tests.course.solutions import MAGIC, exercises, filled, solutions

_NO_STATEMENT = ("", "{", "}", "/*", "*", "//")


def written(given: str, solved: str) -> list[str]:
    """Return the lines of *solved* that *given* lacks; no blank line, comment or lone brace."""
    before, after = ([line.strip() for line in text.splitlines()] for text in (given, solved))
    same = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    new = [line for what, _, _, start, end in same if what != "equal" for line in after[start:end]]
    return [line for line in new if line.partition(" ")[0] not in _NO_STATEMENT]


def of_lesson(path: Path) -> dict[str, list[str]]:
    """Return the lines of C that the solution of each exercise of a lesson adds to its cell."""
    cells, solved = read(path).cells, solutions()
    given = {number: cells[one.answer].source for number, one in exercises(cells).items()}
    return {
        number: written(source, filled(source, solved[number]))
        for number, source in given.items()
        if source.startswith(MAGIC)
    }


def rows() -> Iterator[str]:
    """Yield a line an exercise, one a lesson, and the sum."""
    total = 0
    for path in lessons():
        found = {number: len(lines) for number, lines in of_lesson(path).items()}
        yield from (f"  {number}  {count:4}" for number, count in found.items())
        yield f"{number_of(path.stem):<8}{sum(found.values()):4}"
        total += sum(found.values())
    yield f"in all  {total:4}"


if __name__ == "__main__":
    print("\n".join(rows()))
