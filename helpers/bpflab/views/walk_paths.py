"""The paths of a verifier's walk in words: where each branches off, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as File

from bpflab.text import safe_text
from bpflab.verifier_log.visits import Visit, branch, known_from
from bpflab.verifier_log.walk import Walk


@dataclass
class Branches:
    """The paths of a walk, of which some steps are shown.

    Attributes:
        last: the number of the last path that is named.
    """

    walk: Walk
    last: int
    number: dict[int, int] = field(default_factory=dict)  # of the visit, by step
    visit: dict[int, Visit] = field(default_factory=dict)  # by step
    ends: dict[int, int] = field(default_factory=dict)  # the last step, by path
    left: dict[int, list[int]] = field(default_factory=dict)  # paths that branch off, by step

    def new(self, before: int, now: int) -> Iterator[int]:
        """Yield the paths that begin after *before*, up to *now*."""
        yield from range(before + 1, now + 1)

    def depth(self, path: int) -> int:
        """Return how many branches lead to *path*."""
        parent = self.walk.paths[path].parent
        return 1 + self.depth(self.walk.steps[parent].path) if parent >= 0 else 0

    def label(self, path: int) -> str:
        """Return a path's number, where it begins and how it ends."""
        found = self.walk.paths[path]
        begins = "from a step that is not known" if path else "from where the log begins"
        if found.function:
            begins = "a function of its own"
        elif not found.to:
            begins = "from the start"
        elif found.parent >= 0:
            begins = f"from {self._step(found.parent)} {branch(self.walk, found)}".rstrip()
        return f"{path + 1}: {begins}{self._end(path)}"

    def notes(self, visit: Visit) -> list[str]:
        """Return what is to be said of a step: which paths branch off here, and where one ends."""
        steps = range(visit.first, visit.first + len(visit.steps))
        said = [
            f"Path {at + 1} goes on from here {branch(self.walk, path)}".rstrip() + "."
            for at, path in (
                (at, self.walk.paths[at]) for n in steps for at in self.left.get(n, ())
            )
        ]
        if self.ends[visit.path] in steps and self.walk.paths[visit.path].end != "refused":
            ends = self._end(visit.path).removeprefix("; ")
            said += [f"Here the path {ends}."] if ends else []
        return said

    def _step(self, at: int) -> str:
        visit = self.visit.get(at)
        if at in self.number:
            return f"step {self.number[at]}"
        return title_of(visit) if visit else "a step before"

    def _end(self, path: int) -> str:
        found = self.walk.paths[path]
        if found.end == "safe":
            at = known_from(self.walk, path, self.ends)
            return "; stops, as the state is known" + (f" from {self._step(at)}" if at >= 0 else "")
        return {"exit": "; returns", "refused": "; is refused"}.get(found.end, "")


def branches(walk: Walk, every: list[Visit], shown: list[Visit]) -> Branches:
    """Return the paths of a walk; a step that is shown is called by its number."""
    visit = {at: v for v in every for at in range(v.first, v.first + len(v.steps))}
    number = {
        at: n for n, v in enumerate(shown, 1) for at in range(v.first, v.first + len(v.steps))
    }
    whole = len(shown) == len(every)
    last = len(walk.paths) - 1 if whole else max((v.path for v in shown), default=-1)
    ends = {step.path: at for at, step in enumerate(walk.steps)}
    left: dict[int, list[int]] = {}
    for at, path in enumerate(walk.paths):
        left.setdefault(path.parent, []).append(at)
    return Branches(walk, last, number, visit, ends, left)


def title_of(visit: Visit) -> str:
    """Return where a step is: ``cut.c:12``."""
    frame = f", in a called function ({visit.frame})" if visit.frame else ""
    if visit.place:
        return safe_text(f"{File(visit.place.file).name}:{visit.place.line}") + frame
    if visit.name and visit.steps[0].line:
        return safe_text(f"{visit.steps[0].file}:{visit.steps[0].line}") + frame
    return "one of several lines" + frame if visit.name else "code of no line" + frame
