"""The walk over lines of C: instructions of one line, one after the other, are a visit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File

from bpflab.errors import Place
from bpflab.verifier_log.state import State
from bpflab.verifier_log.walk import Path, Step, Walk, changed

_IF = re.compile(r"if ([rw]\d+) (s?)(==|!=|<=|>=|<|>|&) (\S+) goto pc([+-]\d+)")


@dataclass
class Visit:
    """The verifier at one line of C, on one of its paths.

    Attributes:
        path: its number in the walk.
        frame: 0 in the program itself, 1 in a function that it calls, and so on.
        place: the line, where it is known which.
        quoted: its text as the log has it.
        steps: its instructions; their numbers in the walk begin with `first`.
        name: what tells its line from others; None where it is of no line.
    """

    path: int
    frame: int
    place: Place | None
    quoted: str
    first: int
    steps: list[Step]
    name: object = None

    @property
    def before(self) -> State:
        """What is known where the line begins."""
        return self.steps[0].before

    @property
    def after(self) -> State:
        """What is known where it ends."""
        return self.steps[-1].after

    @property
    def changes(self) -> list[str]:
        """The registers and slots that are known otherwise after it, the gone ones too."""
        return changed(self.before, self.after)

    @property
    def text(self) -> str:
        """The line's text."""
        return (self.place.text if self.place else self.quoted).strip()


def visits(walk: Walk, source: list[Place]) -> list[Visit]:
    """Return the visits of a walk; *source* has the lines of the text.

    Code that is of no line of the text, as an inlined helper of BCC's, belongs to the line before.
    """
    texts = {" ".join(place.text.split()) for place in source} - {""}
    found: list[Visit] = []
    places: dict[tuple[str, int, str], Place | None] = {}
    for at, step in enumerate(walk.steps):
        line = (step.file, step.line, step.quoted)
        place = places[line] if line in places else places.setdefault(line, place_of(step, source))
        text = " ".join(step.quoted.split())
        named = bool(place or (text in texts if source else text or step.line))
        name = place or line
        last = found[-1] if found else None
        if (
            last is None
            or (last.path, last.frame) != (step.path, step.frame)
            or step.insn <= last.steps[-1].insn  # the line's next round
            or (named and last.name not in (None, name))
        ):
            last = Visit(step.path, step.frame, place, step.quoted, at, [], None)
            found.append(last)
        if named and last.name is None:
            last.place, last.quoted, last.name = place, step.quoted, name
        last.steps.append(step)
    return found


def place_of(step: Step, source: list[Place]) -> Place | None:
    """Return the line of a step, or None: by its number, or by a text that no other line has."""
    if step.line:
        name = File(step.file).name
        same = [p for p in source if p.line == step.line and File(p.file).name == name]
    else:
        text = step.quoted.split()
        same = [p for p in source if text and p.text.split() == text]
    return same[0] if len(same) == 1 else None


def branch(walk: Walk, path: Path) -> str:
    """Return when a path is taken, in words; nothing for the first one."""
    if path.parent < 0:
        return ""
    step = walk.steps[path.parent]
    found = _IF.search(step.code)
    if not found:
        return "where it is called back" if step.code.startswith("(85)") else ""
    register, signed, sign, value, jump = found.groups()
    number = str(int(value, 0)) if value.lstrip("-")[0].isdigit() else value
    taken = path.to == step.insn + 1 + int(jump)
    test = f"{register} {sign} {number}" + (" (signed)" if signed else "")
    return f"where {test}" if taken else f"where not {test}"


def known_from(walk: Walk, path: int, ends: Mapping[int, int]) -> int:
    """Return the only step that had reached before where *path* was safe, or -1.

    *ends* has the last step of each path that has one.
    """
    if walk.paths[0].to and not walk.paths[0].function:
        return -1  # the log begins in the middle
    before = max((ends[at] for at in ends if at < path), default=-1)
    last = ends.get(path, before + 1)
    at = walk.paths[path].safe_at
    found = [n for n, step in enumerate(walk.steps[:last]) if step.insn == at]
    return found[0] if len(found) == 1 else -1
