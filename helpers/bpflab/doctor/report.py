"""What a check found, and how it is shown: plain text, JSON or a table."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from bpflab.views.view import View

Status = Literal["ok", "note", "fault"]
_SIGN: dict[Status, str] = {"ok": "✓", "note": "!", "fault": "✗"}
_WIDTH = 100


@dataclass(frozen=True)
class Check:
    """One thing that the lab needs of the machine.

    Attributes:
        name: a stable word, one of `bpflab.doctor.NAMES`.
        status: ``"ok"``; ``"note"``: lessons run, and this is worth knowing; ``"fault"``: some or
            all lessons cannot run.
        found: what the machine has, in one sentence.
        fix: lines to paste into a shell that mend it, or comments (``#``) where no command
            can; empty when the status is ``"ok"``.
    """

    name: str
    status: Status
    found: str
    fix: str = ""


def as_text(checks: Sequence[Check], what: str = "checks") -> str:
    """Return a plain table, a line a check, with the fix below each; *what* they are, for the sum.

    The status is a sign and a word, so that it needs no colour. A finding is wrapped at 100
    columns; a fix never is, because it is there to be pasted.
    """
    width = max((len(check.name) for check in checks), default=0)
    rows: list[str] = []
    for check in checks:
        head = f"{_SIGN[check.status]} {check.status:<5}  {check.name:<{width}}  "
        lines = textwrap.wrap(
            check.found, _WIDTH - len(head), break_long_words=False, break_on_hyphens=False
        )
        rows.append(head + f"\n{' ' * len(head)}".join(lines))
        for number, line in enumerate(check.fix.splitlines()):
            rows.append(f"{'' if number else 'fix':>{len(head) - 2}}  {line}")
    count = Counter(check.status for check in checks)
    notes = f"{count['note']} note{'' if count['note'] == 1 else 's'}"
    faults = f"{count['fault'] or 'no'} fault{'' if count['fault'] == 1 else 's'}"
    return "\n".join([*rows, "", f"{len(checks)} {what}: {count['ok']} ok, {notes}, {faults}"])


def frame(checks: Sequence[Check]) -> pd.DataFrame:
    """Return a DataFrame indexed by name, with the columns ``status``, ``found`` and ``fix``.

    A fix of several lines stands on one here.
    """
    import pandas as pd  # a bare machine has none, and the doctor must run there

    rows = [asdict(check) | {"fix": " ".join(check.fix.splitlines())} for check in checks]
    return pd.DataFrame(rows, columns=["name", "status", "found", "fix"]).set_index("name")


def in_short(checks: Sequence[Check], lessons: Sequence[Check]) -> View:
    """Return one line where neither has a fault; else a table of the faults, with the fixes."""
    from bpflab.views.table import table  # needs what a bare machine lacks
    from bpflab.views.view import View, markup

    if faults := [check for check in (*checks, *lessons) if check.status == "fault"]:
        return table(frame(faults), "What is missing here", columns=["found", "fix"])
    line = f"✓ Nothing is missing: all {len(lessons)} lessons run on this machine."
    return View(f"<p>{markup(line)}</p>", line)
