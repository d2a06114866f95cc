"""Which lesson runs on this machine: what each says that it needs, against what is here."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bpflab.doctor.features import FEATURES, look
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check, Status
from bpflab.paths import NOTEBOOKS, lessons_in, number_of

if TYPE_CHECKING:
    import pandas as pd

Runs = Literal["runs", "runs in part", "cannot run"]
_STATUS: dict[Runs, Status] = {"runs": "ok", "runs in part": "note", "cannot run": "fault"}


@dataclass(frozen=True)
class Lesson:
    """What one notebook says of itself.

    Attributes:
        name: its file's name without the ending, ``NN-topic``.
        needs: the features that it cannot do without.
        optional: those without which it shows something else, and what that is.
    """

    name: str
    needs: tuple[str, ...] = ()
    optional: Mapping[str, str] = field(default_factory=dict)

    def missing(self, found: Mapping[str, Check]) -> tuple[Runs, list[tuple[Check, str]]]:
        """Return whether it runs where these features were *found*, and without which, and why.

        What a lesson needs hides what is optional.
        """
        if needs := [found[name] for name in self.needs if found[name].status != "ok"]:
            return "cannot run", [(check, check.found) for check in needs]
        optional = [(found[name], so) for name, so in self.optional.items()]
        lacking = [(check, so) for check, so in optional if check.status != "ok"]
        return ("runs in part" if lacking else "runs"), lacking


def read(path: Path) -> Lesson:
    """Read from a notebook's file what its calls of ``needs`` name."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    sources = (source for source in sources if not source.startswith("%%"))  # C, as %%bpf has it
    needs: list[str] = []
    optional: dict[str, str] = {}
    for source in sources:
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "needs":
                needs += [ast.literal_eval(argument) for argument in call.args]
                for keyword in call.keywords:  # `optional` is the only one in a lesson
                    optional |= ast.literal_eval(keyword.value)
    return Lesson(path.stem, tuple(needs), optional)


@dataclass(frozen=True)
class Survey:
    """Which lesson runs on one machine.

    Attributes:
        lessons: what each says of itself, in their order.
        found: what was found of each feature that some lesson names.
    """

    lessons: Sequence[Lesson]
    found: Mapping[str, Check]

    def checks(self) -> list[Check]:
        """Return a check a lesson: a note where it runs in part, a fault where it cannot run.

        A fix stands with the first lesson that it helps.
        """
        rows: list[Check] = []
        given: set[str] = set()
        for lesson in self.lessons:
            status, missing = lesson.missing(self.found)
            without = "; ".join(f"without {check.name}, {so}" for check, so in missing)
            found = f"{status}: {without}" if missing else status
            lines = dict.fromkeys(line for check, _ in missing for line in check.fix.splitlines())
            fix = [x for x in lines if x not in given] if status == "cannot run" else []
            given.update(fix)
            rows.append(Check(lesson.name, _STATUS[status], found, "\n".join(fix)))
        return rows

    def frame(self) -> pd.DataFrame:
        """Return the matrix as a DataFrame of signs: a row a feature, a column a lesson."""
        import pandas as pd  # a bare machine has none, and the doctor must run there

        signs = {
            number_of(lesson.name): [self._sign(lesson, name) for name in self.found]
            for lesson in self.lessons
        }
        return pd.DataFrame(signs, index=pd.Index(list(self.found), name="feature"))

    def reasons(self) -> pd.DataFrame:
        """Return what is missing: columns ``lesson``, ``status``, ``without``, ``so``, ``fix``.

        A fix stands with a lesson that cannot run.
        """
        import pandas as pd

        rows = []
        for lesson in self.lessons:
            status, missing = lesson.missing(self.found)
            for check, so in missing:
                fix = " ".join(check.fix.splitlines()) if status == "cannot run" else ""
                rows.append((lesson.name, status, check.name, so, fix))
        return pd.DataFrame(rows, columns=["lesson", "status", "without", "so", "fix"])

    def _sign(self, lesson: Lesson, name: str) -> str:
        if name not in lesson.needs and name not in lesson.optional:
            return ""
        if self.found[name].status == "ok":
            return "✓"
        return "✗" if name in lesson.needs else "-"


def survey(machine: Machine | None = None, folder: Path = NOTEBOOKS) -> Survey:
    """Read the lessons below *folder*, and ask *machine* once for each feature that one names.

    Takes a fifth of a second.

    >>> print(as_text(survey().checks()))
    """
    machine = machine or Machine()
    lessons = [read(path) for path in lessons_in(folder)]
    named = {name for lesson in lessons for name in (*lesson.needs, *lesson.optional)}
    return Survey(lessons, {name: look(name, machine) for name in FEATURES if name in named})
