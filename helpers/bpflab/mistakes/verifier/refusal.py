"""A refused program: the verifier's walk, and where in the learner's text each step of it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.rule import head, safe_log
from bpflab.mistakes.verifier.call import Call, written
from bpflab.mistakes.verifier.inlined import Inlined, called
from bpflab.mistakes.verifier.moves import came_from, helper_of
from bpflab.source import Source
from bpflab.verifier_log.ranges import options_of, range_of
from bpflab.verifier_log.walk import Step, Walk

_HEAD = re.compile(r"\bint\s+BPF_\w+\s*\(")
_MAP = re.compile(r"(?:map=([\w.]+),)?ks=(\d+),vs=(\d+)")


@dataclass(frozen=True)
class Refusal:
    """A program that the verifier refused.

    Attributes:
        source, function: the program.
        walk: what the verifier saw, as far as it came.
        lines: from which instruction on the code is of which file and line, in order.
        log: the whole text.
        type: the program's type, where it is known.
        instructions: what the kernel got, where that is known.
    """

    source: Source
    function: str
    walk: Walk
    lines: Sequence[tuple[int, str, int]]
    log: str
    type: str = ""
    instructions: bytes = b""

    @property
    def last(self) -> int:
        """The number of the refused step, or -1 where there is none."""
        return len(self.walk.steps) - 1

    @property
    def step(self) -> Step | None:
        """The refused step."""
        return self.walk.steps[-1] if self.walk.steps else None

    @cached_property
    def here(self) -> Place | None:
        """The line that is refused, or the function's head; in another file, the call of that."""
        if self.inlined:
            return self.inlined.place
        place = self.place(self.last)
        if place and _HEAD.search(place.text):  # clang gives it the end of what BPF_PROG inlines
            within = (other for at in self.way() if (other := self.place(at)) != place)
            place = next(within, place)
        return place or head(self.source, self.function)

    @cached_property
    def inlined(self) -> Inlined | None:
        """The learner's call of the function of another file that is refused, if it is one."""
        inside = self.place(self.last)
        if not inside or inside.file == self.source.name or len(self.source.files) == 1:
            return None
        before = (self.place(at) for at in self.way())
        return called(self.source, inside, [place for place in before if place])

    def error(
        self,
        kind: str,
        message: str,
        *,
        why: str = "",
        fix: str = "",
        place: Place | None = None,
        also: Sequence[tuple[Place | None, str]] = (),
    ) -> LabError:
        """Return the fault, at *place* or where the program is refused."""
        at = place or self.here
        others = [(other, what) for other, what in also if other and other != at]
        if self.inlined and at == self.inlined.place:
            inside, function = self.place(self.last), self.inlined.function
            others = [(inside, f"this line of {function} does it"), *others] if inside else others
        return LabError(
            kind,
            message,
            place=at,
            why=why,
            fix=fix,
            also=others,
            kernel=self.walk.reason,
            log=safe_log(self.log),
        )

    def place(self, at: int) -> Place | None:
        """Return the learner's line of a step; a helper's inlined code is of its caller's line."""
        if at < 0:
            return None
        insn = self.walk.steps[at].insn
        if self.lines:
            return self.place_of(insn)
        for number in range(at, -1, -1):
            step = self.walk.steps[number]
            if found := self._named(step):
                return found
            if not (step.file or step.quoted):
                return None
        return None

    def place_of(self, insn: int) -> Place | None:
        """Return the learner's line of an instruction, as the compiler says."""
        found = None
        for first, file, line in self.lines:
            if first > insn:
                break
            # The compiler writes a relative file name with the folder of the headers in front.
            named = (f for f in self.source.files if file == f or file.endswith(f"/{f}"))
            found = self.source.place(next(named, ""), line) or found
        return found

    def _named(self, step: Step) -> Place | None:
        """Return the line that the log names, or quotes: before Linux 6.9 it only quotes."""
        if step.line:
            name = step.file.rsplit("/", 1)[-1]
            of_file = (p for p in self.source.lines if p.file.rsplit("/", 1)[-1] == name)
            return next((p for p in of_file if p.line == step.line), None)
        wanted = step.quoted.strip()
        return next((p for p in self.source.lines if wanted and p.text.strip() == wanted), None)

    def text(self, at: int | None = None) -> str:
        """Return the learner's statement of a step, or of the refused one; nothing if unknown."""
        place = self.place(self.last if at is None else at)
        return ctext.statement(self.source, place) if place else ""

    def declared(self, name: str) -> ctext.Variable | None:
        """Return the declaration of a variable that is seen from the refused line, or a field."""
        is_field = "." in name or ">" in name
        return ctext.variable(self.source, name, None if is_field else self.here)

    def state(self, register: str, at: int | None = None) -> str:
        """Return what was known of a register before a step, or before the refused one."""
        if not self.walk.steps:
            return ""
        return self.walk.steps[self.last if at is None else at].before.get(register, "")

    def span(self, register: str) -> tuple[int, int] | None:
        """Return the least and the greatest number that is added to a register's base, or None."""
        state = self.state(register)
        found = re.fullmatch(r"P?\w+\((.*)\)", state)
        if found:
            return range_of(options_of(found[1]))
        value = re.fullmatch(r"P?(-?\d+|0x[\da-f]+)", state)
        return (int(value[1], 0), int(value[1], 0)) if value else None

    def previous(self, at: int) -> int:
        """Return the step before, on the way that led to this one, or -1."""
        step = self.walk.steps[at]
        if at and self.walk.steps[at - 1].path == step.path:
            return at - 1
        return self.walk.paths[step.path].parent if step.path < len(self.walk.paths) else -1

    def way(self) -> list[int]:
        """Return the steps that led to the refused one, the latest first."""
        found, at = [], self.previous(self.last) if self.walk.steps else -1
        while at >= 0:
            found.append(at)
            at = self.previous(at)
        return found

    def history(self, register: str, at: int | None = None) -> tuple[list[tuple[int, str]], int]:
        """Return where a value was, the latest first, and the step that made it, or -1.

        Each row is a step and the register or stack slot that had the value before it.
        """
        now, name = self.last if at is None else at, register
        rows = [(now, name)] if now >= 0 else []
        while (before := self.previous(now) if now >= 0 else -1) >= 0:
            step, frame = self.walk.steps[before], self.walk.steps[now].frame
            if step.frame > frame and name != "R0":  # what a called function did not touch
                while before >= 0 and self.walk.steps[before].frame > frame:
                    before = self.previous(before)
                if before < 0:
                    return rows, -1
            elif step.frame < frame:
                if helper_of(step.code) or name not in ("R1", "R2", "R3", "R4", "R5"):
                    return rows, before  # a callback's argument
            elif step.frame == frame:
                came = came_from(step.code, name)
                if not came:
                    return rows, before
                name = came
            rows.append((before, name))
            now = before
        return rows, -1

    def helper(self, at: int) -> str:
        """Return the helper that a step calls, or nothing."""
        return helper_of(self.walk.steps[at].code) if at >= 0 else ""

    def call(self, at: int | None = None) -> Call | None:
        """Return the call of a helper at a step, or at the refused one."""
        at = self.last if at is None else at
        helper = self.helper(at)
        if not helper:
            return None
        states = (self.state("R1", at), self.state("R2", at))
        found = next((_MAP.search(one) for one in states if one.startswith("map_ptr")), None)
        map, key, value = (found[1] or "", int(found[2]), int(found[3])) if found else ("", 0, 0)
        shown, arguments = written(self.source, helper, self.text(at), map)
        if self.inlined and at == self.last:
            arguments = {r: self.inlined.given(one) for r, one in arguments.items()}
        map = map or shown.rpartition(".")[0]
        if not map and helper.startswith(("bpf_map_", "bpf_ringbuf_")):
            map = arguments.get("R1", "").lstrip("&") if "R1" in arguments else ""
        return Call(helper, shown or helper, arguments, map, key, value)


def says(
    kind: str, message: str, *, why: str, fix: str
) -> Callable[[Refusal, re.Match[str]], LabError]:
    """Return what explains a refusal in fixed words; ``{1}`` is the first group of the pattern."""

    def explain(refusal: Refusal, found: re.Match[str]) -> LabError:
        groups = (found[0], *found.groups())
        words, reason, advice = (part.format(*groups) for part in (message, why, fix))
        return refusal.error(kind, words, why=reason, fix=advice)

    return explain
