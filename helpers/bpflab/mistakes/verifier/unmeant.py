"""What the compiler makes of C without a meaning, and of a loop that only looks for an end.

LLVM 14 to 19 leave out a path without a meaning. LLVM 21 calls ``__bpf_trap`` there, and makes a
``strlen`` of such a loop. In a text for BCC neither call has a target; kernels that have the first
one refuse it by its name (seen with Linux 6.18).
"""

from __future__ import annotations

import re
import struct

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.rule import head
from bpflab.mistakes.verifier.refusal import Refusal

_INSN = struct.Struct("=BBhi")  # struct bpf_insn
_CALL, _PSEUDO_CALL, _NOWHERE = 0x85, 1, -1  # BPF_JMP | BPF_CALL, BPF_PSEUDO_CALL
_SETS = (0, 1, 4, 7)  # BPF_LD, BPF_LDX, BPF_ALU, BPF_ALU64
_STOPS = {"__builtin_trap", "__builtin_unreachable"}
_NO_RETURN = ("exit", "abort", "_exit", "panic", "longjmp")
_ZERO = r"(?:\s*!=\s*(?:0|'\\0'))?"
_WALK = re.compile(  # while (s[n]), for (; *p; p++)
    rf"(?:\bwhile\s*\(|\bfor\s*\([^;]*;)\s*(?:\*\s*(?:\+\+)?(?P<pointer>\w+)(?:\s*\+\+)?"
    rf"|(?P<array>[A-Za-z_][\w.]*(?:->[\w.]+)*)\[\s*(?:\+\+)?(?P<index>\w+)(?:\+\+)?\s*\])"
    rf"{_ZERO}\s*[;)]"
)


def call_without_target(instructions: bytes) -> int | None:
    """Return the first call that has no target, among ``struct bpf_insn``s."""
    for at, (code, registers, _, imm) in enumerate(_INSN.iter_unpack(instructions)):
        if code == _CALL and _PSEUDO_CALL in (registers >> 4, registers & 15) and imm == _NOWHERE:
            return at
    return None


def made(refusal: Refusal, insn: int, place: Place | None, names: list[str]) -> LabError | None:
    """Explain a call that the compiler has made, or None where it may be one of the text.

    *names* are the functions that the text calls at *place*.
    """
    if names and not set(names) <= _STOPS:
        return None
    if len(refusal.instructions) == 2 * _INSN.size:  # the call and an exit
        return nothing(refusal)
    if place is None:
        return None
    if not _has_argument(refusal.instructions, insn):
        return _ended(refusal, place, " ".join(names))
    walk = _WALK.search(ctext.statement(refusal.source, place))
    return _length(refusal, place, walk) if walk else None


def trap(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the same call in a program for libbpf, where the kernel knows it."""
    place = refusal.here
    if refusal.last <= 0 or place is None:  # it is the first instruction
        return nothing(refusal)
    return _ended(refusal, place, refusal.text())


def nothing(refusal: Refusal) -> LabError:
    """Explain a program of which the compiler left no instruction."""
    name = refusal.function
    lines, begin = ctext.body(refusal.source, name), head(refusal.source, name)
    if name in _NO_RETURN:
        return refusal.error(
            "empty",
            f"The compiler removed all of {name}.",
            place=begin,
            why=f"{name} is the name of a function of C that never returns, so what it returns "
            "was left out.",
            fix="Give the program another name.",
        )
    at = _null(lines)
    return refusal.error(
        "empty",
        f"The compiler removed all of {name}.",
        place=at or begin,
        why="Address 0 is read or written, which is undefined in C, so the compiler leaves out "
        "the path to it."
        if at
        else "Something on each of its paths is undefined in C, such as an access to address 0, "
        "so the compiler leaves the paths out.",
        fix="Use the address of a variable or what a lookup returned."
        if at
        else "To find the line, take lines out until the program loads.",
    )


def _ended(refusal: Refusal, place: Place, text: str) -> LabError:
    """Explain a path that the compiler ends at *place*."""
    asked = any(stop in text for stop in _STOPS)
    return _stop(refusal, place) if asked else _left_out(refusal, place)


def _left_out(refusal: Refusal, place: Place) -> LabError:
    """Explain a path that ends where something has no meaning."""
    null = _null([place])
    return refusal.error(
        "empty",
        f"The compiler left out the rest of a path of {refusal.function}.",
        place=place,
        why="Address 0 is read or written, which is undefined in C."
        if null
        else "Something on this path is undefined in C, such as an access to address 0.",
        fix="Use the address of a variable or what a lookup returned."
        if null
        else "Look at what this line and the lines after it read, write and divide by.",
    )


def _stop(refusal: Refusal, place: Place) -> LabError:
    return refusal.error(
        "builtin",
        "The compiler put an instruction here that stops the program.",
        place=place,
        why="BPF has no such instruction.",
        fix="Write return 0; in its place.",
    )


def _length(refusal: Refusal, place: Place, walk: re.Match[str]) -> LabError:
    """Explain a loop that only the end of a text ends."""
    name, index = walk["array"] or walk["pointer"], walk["index"]
    memory = name
    if walk["pointer"]:
        begins = re.findall(rf"\b{name}\s*=\s*([A-Za-z_][\w.>-]*)\s*;", refusal.source.code)
        memory = begins[0] if len(begins) == 1 else ""
    declared = ctext.variable(refusal.source, memory)
    length = declared.length if declared and not declared.is_pointer else 0
    return refusal.error(
        "bounds",
        f"Only the character 0 ends this loop, so it may go behind the end of {memory or name}.",
        place=place,
        why="The compiler makes a strlen of it, and there is no C library in the kernel.",
        fix=f"Compare it first in the same condition: {index} < sizeof({name}) && …"
        if index and length > 0
        else f"Bound the loop by the length: for (int i = 0; i < {length if length > 0 else 64}; "
        "i++), and leave it with break where it should end sooner.",
        also=[(declared.place, f"{name} is declared here")]
        if declared and index and length > 0
        else [],
    )


def _has_argument(instructions: bytes, insn: int) -> bool:
    """Say whether the instruction before a call writes its first argument, r1."""
    if not insn:
        return False
    code, registers, _, _ = _INSN.unpack_from(instructions, (insn - 1) * _INSN.size)
    return code & 7 in _SETS and registers & 15 == 1


def _null(lines: list[Place]) -> Place | None:
    """Return the line that reads or writes address 0."""
    null = re.compile(r"\*\s*\(\s*(?:volatile\s+)?[\w\s]+\*+\s*\)\s*(?:0|NULL)\b")
    return next((p for p in lines if null.search(p.text)), None) or _through_null(lines)


def _through_null(lines: list[Place]) -> Place | None:
    """Return the line that follows a pointer that was set to NULL, and to nothing else."""
    text = "\n".join(place.text for place in lines)
    for set in re.finditer(r"\*\s*(\w+)\s*=\s*(?:0|NULL)\s*;", text):
        name = set[1]
        if not re.search(rf"(?:^|[;{{(])\s*{name}\s*=(?!=)", text, re.M):
            use = re.compile(
                rf"(?:^|[^\w\s])\s*\*\s*{name}\b(?!\s*=\s*(?:0|NULL)\s*;)|\b{name}(?:->|\[)"
            )
            return next((place for place in lines if use.search(place.text)), None)
    return None


RULES = ((r"^unexpected __bpf_trap\(\)", trap),)
