"""The verifier's log, read as a walk: instruction by instruction, with what is known at each.

The kernel prints whole states where a path begins, and after an instruction only what it marked as
changed (kernel/bpf/log.c, print_verifier_state). What changes without a mark is in `effects`.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bpflab.verifier_log.branches import after_branch, is_branch, parent
from bpflab.verifier_log.effects import after_call, after_reading, is_call, is_exit
from bpflab.verifier_log.messages import told
from bpflab.verifier_log.state import State, frame_of, read_state
from bpflab.verifier_log.walk import Path, Step, Walk

Lines = Iterable[tuple[int, str, int]]

_INSN = re.compile(r"(\d+): (\([0-9a-f]{2}\) .*)")
_STATE = re.compile(r"(\d+):(?: +((?:frame\d+: +)?(?:R\d|fp-).*|safe.*|refs=.*|cb.*))?$")
_FROM = re.compile(r"from (\d+) to (\d+)(?: \(speculative execution\))?:\s*(.*)")
_QUOTE = re.compile(r"; (.*?)(?: @ (.*?):(\d+))?$")
# A level 1 log forgets a path that ended well: the next one goes on in the line of its branch.
_JOINED = re.compile(r"(.*\S)\s+\d+: ((?:frame\d+: +)?(?:R\d+|fp-\d+)(?:_\w+)?=.*)")
_PRINTED = re.compile(r"(.*?\S)\s*;(?: +(.*)|$)")
# A function that is looked at apart: before the program itself up to Linux 6.6, after it since.
_FUNCTION = re.compile(r"Validating .*\(\) func#|Func#\d+ .*is safe for any args")


def parse(text: str, lines: Lines = ()) -> Walk:
    """Return the walk in *text*, a log of level 1 or 2 from Linux 6.1 or later.

    *lines* says from which instruction on the code is of which file and line, in order. It is used
    where the log itself does not say so (Linux before 6.9).
    """
    reader = _Reader(sorted(lines))
    for line in text.split("\n"):
        reader.read(line)
    return reader.walk()


@dataclass
class _Reader:
    lines: list[tuple[int, str, int]]
    steps: list[Step] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    frames: dict[int, State] = field(default_factory=dict)
    frame: int = 0
    quoted: tuple[str, str, int] = ("", "", 0)
    named: bool = False  # the log names files and lines
    whole: bool = True  # the next state is printed whole
    quiet: bool = False  # the log is one of Linux up to 6.7
    fresh: bool = True  # what comes is the first of a program, or of a function
    function: bool = False  # and it is a function
    began: bool = False  # what comes is the state of a caller or a callee
    settled: bool = True  # the last instruction's effect is in the state
    open: bool = False  # what is printed is known after the last instruction
    left: set[int] = field(default_factory=set)  # steps whose other branch was walked
    rest: list[str] = field(default_factory=list)  # lines that may be the refusal

    def read(self, line: str) -> None:
        if found := _INSN.match(line):
            self._instruction(int(found[1]), found[2])
        elif found := _FROM.match(line):
            self._branch(int(found[1]), int(found[2]), found[3])
        elif found := _STATE.match(line):
            self._printed(int(found[1]), found[2] or "")
        elif line.startswith("; "):
            text, file, number = _QUOTE.match(line).groups()  # type: ignore[union-attr]
            self.quoted, self.named = (text, file or "", int(number or 0)), self.named or bool(file)
            self.rest.clear()
        elif line in ("caller:", "callee:", "returning from callee:") or line.startswith("to call"):
            self._settle()
            self.began, self.whole, self.open = True, True, False
            self.rest.clear()
        elif self.began and line.startswith(" "):
            self._state(line)
        elif _FUNCTION.match(line):
            self._settle()
            self.fresh, self.open, self.began = True, False, False
            self.function = line.startswith("Validating")
            self.rest.clear()
        else:
            self.rest.append(line)

    def _instruction(self, insn: int, text: str) -> None:
        self._settle()
        self._first(insn)
        self.rest.clear()
        self.began = False
        joined = _JOINED.fullmatch(text)
        shown = joined or _PRINTED.fullmatch(text)
        code = shown[1] if shown else text
        now = self.frames.get(self.frame, {})
        at = len(self.paths) - 1
        self.steps.append(Step(insn, code, *self._place(insn), self.frame, now, now, at))
        self.settled, self.open, self.whole = False, True, False
        if shown:
            self._settle()
            self.whole = bool(joined)
            self._state(shown[2] or "")

    def _printed(self, insn: int, text: str) -> None:
        self.rest.clear()
        if text.startswith("safe"):
            self._end("safe", insn)
            if not self.settled:  # the state after it is compared, and not printed
                self.steps[-1].told, self.settled = False, True
            return
        self._settle()
        self._first(insn)
        self._state(text)

    def _branch(self, insn: int, to: int, text: str) -> None:
        self._settle()
        self.rest.clear()
        self.began = self.open = False
        last = self.steps[-1] if self.steps else None
        if not (last and last.insn == insn and is_exit(last.code) and last.frame > 0):
            self._begin(Path(self._parent(insn, text), to))
        if text.startswith("safe"):
            self._end("safe", to)
            return
        self.whole = True
        self._state(text)
        self.whole = True  # printed once more, before the instruction

    def _first(self, insn: int) -> None:
        """Begin the path of the program, or of a function that is looked at apart."""
        if self.fresh:
            self.fresh = False
            self._begin(Path(-1, insn, function=self.function))

    def _begin(self, path: Path) -> None:
        self._end("exit" if self.steps and is_exit(self.steps[-1].code) else "")
        self.paths.append(path)
        self.frames, self.frame, self.whole, self.open = {}, 0, True, False

    def _parent(self, insn: int, text: str) -> int:
        state = {} if self.quiet else read_state(text)
        at = parent(self.steps, self.left, insn, state)
        self.left.add(at)
        return at

    def _state(self, text: str) -> None:
        """Take in a printed state: of one frame, whole or only what changed."""
        frame = frame_of(text)
        self.frame = self.frame if frame is None else frame
        known = read_state(text)
        self.quiet = self.quiet or "(off=0,imm=0)" in text
        if self.whole and known:
            self.frames = {n: s for n, s in self.frames.items() if n < self.frame}
            self.frames[self.frame] = known
        elif known:
            before = self.frames.get(self.frame, {})
            now: State = {**before, **known}
            if self.steps and is_branch(self.steps[-1].code):
                now = after_branch(before, now)
            self.frames[self.frame] = now
        if known and not self.began:
            self.whole = False
        self._done()

    def _settle(self) -> None:
        """Apply what the last instruction changes without a word in the log."""
        if not self.settled and self.steps:
            self.settled = True
            step = self.steps[-1]
            if is_call(step.code):
                now = self.frames.get(self.frame, {})
                now = after_reading(now) if self.quiet else now
                self.frames[self.frame] = after_call(step.code, now)
            self._done()

    def _done(self) -> None:
        if self.open and self.steps[-1].frame == self.frame:
            self.steps[-1].after = self.frames.get(self.frame, {})

    def _end(self, how: str, safe_at: int = -1) -> None:
        if self.paths and not self.paths[-1].end:
            self.paths[-1].end, self.paths[-1].safe_at = how, safe_at

    def _place(self, insn: int) -> tuple[str, str, int]:
        if self.named or not self.lines:
            return self.quoted
        at = bisect.bisect_right(self.lines, insn, key=lambda row: row[0]) - 1
        return (self.quoted[0], *self.lines[at][1:]) if at >= 0 else self.quoted

    def walk(self) -> Walk:
        found = told(self.rest)
        if found.message:
            self._end("refused")
        else:
            self._settle()
            self._end("exit" if self.steps and is_exit(self.steps[-1].code) else "")
        return Walk(**vars(found), steps=tuple(self.steps), paths=tuple(self.paths))
