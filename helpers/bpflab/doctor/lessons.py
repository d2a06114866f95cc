"""Which lesson runs on this machine: what each says that it needs, against what is here."""

from __future__ import annotations

import ast
import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bpflab.doctor.features import FEATURES, look
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check
from bpflab.paths import NOTEBOOKS

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["runs", "runs in part", "cannot run"]
_WIDTH = 100
_HERE, _LESS, _MISSING = "✓", "-", "✗"
_LEGEND = f"{_HERE} here   {_LESS} not here, and the lesson shows less   {_MISSING} not here"
_WORDS: dict[Status, str] = {"runs": "run", "runs in part": "in part", "cannot run": "cannot run"}


@dataclass(frozen=True)
class Lesson:
    """What one notebook says of itself.

    Attributes:
        name: its file's name without the ending, ``NN-topic``.
        needs: the features that it cannot do without.
        prefers: those without which it shows something else, and what that is.
    """

    name: str
    needs: tuple[str, ...] = ()
    prefers: Mapping[str, str] = field(default_factory=dict)

    def status(self, found: Mapping[str, Check]) -> Status:
        """Return whether it runs where these features were *found*."""
        if any(found[name].status != "ok" for name in self.needs):
            return "cannot run"
        return "runs in part" if any(found[n].status != "ok" for n in self.prefers) else "runs"

    def missing(self, found: Mapping[str, Check]) -> list[tuple[Check, str]]:
        """Return what it lacks, of what it needs or else of what it prefers, each with why."""
        lacking = [(found[name], found[name].found) for name in self.needs]
        lacking = [(check, so) for check, so in lacking if check.status != "ok"]
        prefers = [(found[name], so) for name, so in self.prefers.items()]
        return lacking or [(check, so) for check, so in prefers if check.status != "ok"]


def read(path: Path) -> Lesson:
    """Read from a notebook's file what its calls of ``needs`` and ``prefers`` name."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    needs: list[str] = []
    prefers: dict[str, str] = {}
    for source in sources:
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name == "needs":
                needs += [ast.literal_eval(argument) for argument in call.args]
            elif name == "prefers":
                prefers |= ast.literal_eval(call.args[0])
    return Lesson(path.stem, tuple(needs), prefers)


@dataclass(frozen=True)
class Survey:
    """Which lesson runs on one machine.

    Attributes:
        lessons: what each says of itself, in their order.
        found: what was found of each feature that some lesson names.
    """

    lessons: Sequence[Lesson]
    found: Mapping[str, Check]

    def as_text(self) -> str:
        """Return the matrix feature x lesson, and why some lesson does not run, or not whole."""
        if not self.lessons:
            return "The lessons are not here: this package stands without its notebooks."
        width = max(map(len, self.found), default=0)
        rows = [f"{'':<{width}}  {' '.join(lesson.name[:2] for lesson in self.lessons)}"]
        for name in self.found:
            signs = " ".join(f"{self._sign(lesson, name):>2}" for lesson in self.lessons)
            rows.append(f"{name:<{width}}  {signs}".rstrip())
        rows += [_LEGEND, "", *self._why()]
        count = Counter(lesson.status(self.found) for lesson in self.lessons)
        numbers = ", ".join(f"{count[status] or 'none'} {word}" for status, word in _WORDS.items())
        return "\n".join([*rows, f"{len(self.lessons)} lessons: {numbers}"])

    def as_data(self) -> list[dict[str, object]]:
        """Return, for JSON, each lesson's name, status, needs, prefers and missing features."""
        return [
            {
                "lesson": lesson.name,
                "status": lesson.status(self.found),
                "needs": list(lesson.needs),
                "prefers": dict(lesson.prefers),
                "missing": [check.name for check, _ in lesson.missing(self.found)],
            }
            for lesson in self.lessons
        ]

    def frame(self) -> pd.DataFrame:
        """Return the matrix as a DataFrame of signs: a row a feature, a column a lesson."""
        import pandas as pd  # a bare machine has none, and the doctor must run there

        signs = {
            lesson.name[:2]: [self._sign(lesson, name) for name in self.found]
            for lesson in self.lessons
        }
        return pd.DataFrame(signs, index=pd.Index(list(self.found), name="feature"))

    def reasons(self) -> pd.DataFrame:
        """Return what is missing: columns ``lesson``, ``status``, ``without``, ``so``, ``fix``.

        A fix stands with a lesson that cannot run.
        """
        import pandas as pd

        rows = [
            (lesson.name, lesson.status(self.found), check.name, so, fix)
            for lesson in self.lessons
            for check, so in lesson.missing(self.found)
            for fix in [" ".join(check.fix.splitlines()) if check.name in lesson.needs else ""]
        ]
        return pd.DataFrame(rows, columns=["lesson", "status", "without", "so", "fix"])

    def _sign(self, lesson: Lesson, name: str) -> str:
        if name not in lesson.needs and name not in lesson.prefers:
            return ""
        if self.found[name].status == "ok":
            return _HERE
        return _MISSING if name in lesson.needs else _LESS

    def _why(self) -> list[str]:
        """Say what stops lessons, with its fix; then what each of the others does without."""
        rows: list[str] = []
        for name, check in self.found.items():
            stopped = [lesson.name[:2] for lesson in self.lessons if name in lesson.needs]
            if stopped and check.status != "ok":
                rows += _wrapped(f"{', '.join(stopped)} cannot run: without {name}, {check.found}")
                rows += [f"   fix  {line}" for line in check.fix.splitlines()]
        for lesson in self.lessons:
            if lesson.status(self.found) == "runs in part":
                missing = lesson.missing(self.found)
                reasons = "; ".join(f"without {check.name}, {so}" for check, so in missing)
                rows += _wrapped(f"{lesson.name[:2]} runs in part: {reasons}")
        return rows


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="   ", break_on_hyphens=False)


def survey(machine: Machine, folder: Path = NOTEBOOKS) -> Survey:
    """Read the lessons below *folder*, and ask *machine* once for each feature that one names.

    There are none where the package stands without its notebooks.
    """
    lessons = [read(path) for path in sorted(folder.glob("[0-9][0-9]-*.ipynb"))]
    named = {name for lesson in lessons for name in (*lesson.needs, *lesson.prefers)}
    return Survey(lessons, {name: look(name, machine) for name in FEATURES if name in named})
