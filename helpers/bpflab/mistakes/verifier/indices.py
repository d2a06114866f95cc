"""Indices and offsets that may be outside of their memory."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.offsets import of_helper, within
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.text import counted


def index(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an index that may be too large, or below 0."""
    return outside(refusal, f"R{found[1]}")


def index_added(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an index that may be any number and is added to a pointer."""
    added = re.match(r"\(\w\w\) r(\d+) [+-]= r\d+", refusal.step.code if refusal.step else "")
    return outside(refusal, f"R{added[1]}" if added else "", may_be_negative=True)


def far(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number that is too large to be added to a pointer."""
    if array := array_of(refusal):
        declared = ctext.variable(refusal.source, array[1], refusal.here)
        if declared and declared.is_signed:
            return index_added(refusal, found)
    if abs(int(found[1])) >= 1 << 31:  # the verifier's word for a number without a limit
        added = re.search(r"\+\s*([\w.>-]+)\s*;", refusal.text())
        name = added[1] if added else "The number that is added here"
        return refusal.error(
            "pointer-arithmetic",
            f"{name} is added to a pointer, and may be any number.",
            why="The verifier finds no check that keeps it small enough, and not below 0.",
            fix="Keep it in an unsigned variable, and mask it where it is added: p + (n & 63).",
        )
    return refusal.error(
        "pointer-arithmetic",
        f"{found[1]} bytes are added to a pointer, or the sum is that far away.",
        why="The verifier follows a pointer for at most 512 MiB; no memory of a program is so "
        "large.",
        fix="Check the number that is added.",
    )


def outside(
    refusal: Refusal, register: str, has: int = 0, may_be_negative: bool = False
) -> LabError:
    """Explain an index that the verifier does not know to be small enough."""
    if call := refusal.call():
        return of_helper(refusal, call, register, has)
    array = array_of(refusal)
    negative = may_be_negative or "min value is negative" in refusal.walk.message
    if not array:
        made, by = _made(refusal, register)
        return refusal.error(
            "bounds",
            f"{by} is not known to be within its array, and this line uses the address."
            if by
            else "An access may fall outside of its memory.",
            why=_why(refusal, register, negative, "the index" if by else "the offset", 1, has),
            fix="Compare the index or the offset with the size first, or mask it: "
            "i & (SIZE - 1), for a size that is a power of two.",
            also=[(made, "the address is made here")] if by else [],
        )
    name, by, many = array
    declared = refusal.declared(name)
    element = declared.size if declared and not declared.is_pointer else 0
    return refusal.error(
        "bounds",
        f"{name}[{by}] may be outside of {name}"
        + (f", which has {counted(many, 'element')}." if many > 0 else "."),
        why=_why(refusal, register, negative, by, element, has),
        fix=within(name, by, many, refusal.state(pointer_of(refusal)).startswith("fp")),
        also=[(declared.place, f"{name} is declared here")] if declared and many > 0 else [],
    )


def _why(refusal: Refusal, register: str, negative: bool, by: str, element: int, has: int) -> str:
    if negative:
        return f"The verifier finds no check that {by} is at least 0."
    _, high = refusal.span(register) or (0, 0)
    if element and has and 0 < high < 1 << 31:
        return f"The verifier knows only that {by} is at most {high // element}."
    return f"The verifier finds no check that keeps {by} small enough."


def array_of(refusal: Refusal) -> tuple[str, str, int] | None:
    """Return the array that the refused line indexes, the index and the length, if it is one."""
    found = list(dict.fromkeys(ctext.indexed(refusal.text())))
    if len(found) != 1:
        return None
    name, by = found[0]
    declared = refusal.declared(name)
    if declared and declared.is_pointer:
        return name, by, _elements(refusal, declared)
    return name, by, declared.length if declared else 0


def _made(refusal: Refusal, register: str) -> tuple[Place | None, str]:
    """Return the line above in which the index comes into the address, and the element there."""
    for at, name in refusal.history(register)[0][1:]:
        added = re.match(rf"\(\w\w\) {name.lower()} \+= r(\d+)", refusal.walk.steps[at].code)
        if not added:
            continue
        rows, made = refusal.history(f"R{added[1]}", at)
        for before in [*(row for row, _ in rows), made]:
            found = list(dict.fromkeys(ctext.indexed(refusal.text(before)))) if before >= 0 else []
            if len(found) == 1 and refusal.place(before) != refusal.here:
                return refusal.place(before), f"{found[0][0]}[{found[0][1]}]"
    return None, ""


def _elements(refusal: Refusal, pointer: ctext.Variable) -> int:
    """Return how many elements a pointer to a map's value points to, or 0 where it is not known."""
    size = ctext.SIZES.get(pointer.type.rstrip("*").split()[-1], 0)
    states = (refusal.state(f"R{n}") for n in range(10))
    values = {m[1] for one in states if (m := re.match(r"map_value\([^)]*\bvs=(\d+)", one))}
    return int(values.pop()) // size if len(values) == 1 and size else 0


def pointer_of(refusal: Refusal) -> str:
    """Return the register that the refused instruction reads or writes through."""
    found = re.search(r"\*\(\w+ \*\)\(r(\d+) ", refusal.step.code if refusal.step else "")
    return f"R{found[1]}" if found else ""


RULES = (
    (r"^invalid stack type R(\d+) off=", index),
    (r"^R(\d+) min value is negative", index),
    (r"^R(\d+) unbounded memory access", index),
    (r"^R(\d+) (?:min|max) value is outside of the allowed memory range", index),
    (r"^math between \w+ pointer and register with unbounded min value", index_added),
    (r"^math between \w+ pointer and (-?\d+) is not allowed", far),
    (r"^value (-?\d+) makes \w+ pointer be out of bounds", far),
    (r"^\w+ pointer offset (-?\d+) is not allowed", far),
)
