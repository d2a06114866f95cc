"""What the verifier did, as data: the instructions that it looked at, path by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpflab.verifier_log.state import State


@dataclass
class Step:
    """The verifier at one instruction.

    Attributes:
        insn: the instruction's number.
        code: the instruction, with its operation in front: ``(79) r1 = *(u64 *)(r0 +0)``.
        quoted: the text of the C line, where the log has it.
        file, line: of the C line; 0 and nothing where it is unknown.
        frame: 0 in the program itself, 1 in a function that it calls, and so on.
        before, after: what is known of each register (``R0``) and stack slot (``fp-8``) of this
            frame, in the kernel's words. What is missing cannot be read.
        path: which of the walk's paths it is on.
        told: whether the log says what is known after it. It does not where the path stops as safe.
    """

    insn: int
    code: str
    quoted: str
    file: str
    line: int
    frame: int
    before: State
    after: State
    path: int = 0
    told: bool = True


@dataclass
class Path:
    """A way through the program, from a branch to where the verifier left it.

    Attributes:
        parent: the step that it branches off from, or -1.
        to: the instruction that it begins with.
        end: ``exit``, ``safe`` (the verifier knew this state, and stopped), ``refused``, or nothing
            where the log ends.
        safe_at: the instruction where it stopped as safe, or -1.
        function: whether it is of a global function, which is looked at apart from its callers.
    """

    parent: int
    to: int
    end: str = ""
    safe_at: int = -1
    function: bool = False


@dataclass(frozen=True)
class Told:
    """What the end of a log says.

    Attributes:
        message: the lines that say why the program is refused; empty where it is accepted.
        title, reason, suggestion: the kernel's explanation, from Linux 7.3 on.
        processed: how many instructions the verifier looked at, over all paths; 0 if unknown.
        states: how many states it kept to compare with.
        whole: whether the log goes on to the verifier's end.
    """

    message: str
    title: str
    reason: str
    suggestion: str
    processed: int
    states: int
    whole: bool


@dataclass(frozen=True)
class Walk(Told):
    """What a log says.

    Attributes:
        steps: in the order of the log.
        paths: in the order of the log; that of a log of level 1 has only one.
    """

    steps: tuple[Step, ...]
    paths: tuple[Path, ...]


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the names of what *after* knows otherwise than *before*, or no more."""
    names = [*after, *(name for name in before if name not in after)]
    return [name for name in names if before.get(name) != after.get(name)]
