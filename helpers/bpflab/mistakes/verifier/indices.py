"""Indices and offsets that may be outside of their memory."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.call import Call
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.mistakes.verifier.sizes import is_constant, is_fixed, of_helper
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
        return _offset_of_helper(refusal, call, register, has)
    array = array_of(refusal)
    negative = may_be_negative or "min value is negative" in refusal.walk.message
    if not array:
        return refusal.error(
            "bounds",
            "An access may fall outside of its memory.",
            why=_why(refusal, register, negative, "the offset", 1, has),
            fix="Compare the index or the offset with the size first, or mask it: "
            "i & (SIZE - 1), for a size that is a power of two.",
        )
    name, by, many = array
    declared = declared_as(refusal, name)
    element = declared.size if declared and not declared.is_pointer else 0
    return refusal.error(
        "bounds",
        f"{name}[{by}] may be outside of {name}"
        + (f", which has {counted(many, 'element')}." if many > 0 else "."),
        why=_why(refusal, register, negative, by, element, has),
        fix=_within(name, by, many, refusal.state(pointer_of(refusal)).startswith("fp")),
        also=[(declared.place, f"{name} is declared here")] if declared and many > 0 else [],
    )


def _offset_of_helper(refusal: Refusal, call: Call, register: str, has: int) -> LabError:
    """Explain a helper whose pointer or whose number of bytes is not known to be small enough."""
    count = f"R{int(register[1:]) + 1}"
    if not is_constant(refusal.state(count)) and is_fixed(refusal.state(register)):
        found = re.search(r"\boff=(\d+)", refusal.state(register))
        begin = int(found[1]) if found else 0
        size = re.search(r"[ ,]size=(\d+)", refusal.walk.message)
        where = f"There are {has - begin} bytes."
        return of_helper(refusal, call, register, int(size[1]) if size else 0, has - begin, where)
    text = call.arguments.get(register, "")
    if moved := re.fullmatch(r"([\w.>-]+?)\s*\+\s*(\w+)", text):
        return _moved(refusal, call, register, moved[1], moved[2])
    array = ctext.indexed(text)
    declared = declared_as(refusal, array[0][0]) if array else None
    return refusal.error(
        "bounds",
        f"{call.arguments.get(register) or 'The address'} may be outside of its memory.",
        why=f"{call.shown} is given an address whose offset is not known to be small enough.",
        fix=_within(*array[0], declared.length if declared else 0)
        if array
        else "Compare the offset with the size first, or mask it: i & (SIZE - 1).",
    )


def _moved(refusal: Refusal, call: Call, register: str, name: str, by: str) -> LabError:
    """Explain an address that a variable is added to."""
    whole = re.search(r"\b(?:vs|sz|mem_size)=(\d+)", refusal.state(register))
    off = re.search(r"\boff=(\d+)", refusal.state(register))
    count = refusal.span(f"R{int(register[1:]) + 1}") or (0, 0)
    room = (int(whole[1]) if whole else 0) - (int(off[1]) if off else 0) - count[1]
    mask = (1 << (room.bit_length() - 1)) - 1 if room > 1 else 0
    return refusal.error(
        "bounds",
        f"{name} + {by} may be outside of its memory.",
        why=f"The verifier finds no check that keeps {by} between 0 and {room}."
        if room > 0
        else f"The verifier finds no check that keeps {by} small enough.",
        fix=f"Mask the offset where it is used: {name} + ({by} & {mask or 'SIZE - 1'}).",
    )


def _why(refusal: Refusal, register: str, negative: bool, by: str, element: int, has: int) -> str:
    if negative:
        return f"The verifier finds no check that {by} is at least 0."
    _, high = refusal.span(register) or (0, 0)
    if element and has and 0 < high < 1 << 31:
        return f"The verifier knows only that {by} is at most {high // element}."
    return f"The verifier finds no check that keeps {by} small enough."


def _within(name: str, by: str, many: int, on_stack: bool = False) -> str:
    """Return what keeps an index within an array."""
    simple = bool(re.fullmatch(r"\w+", by))
    if many == 1:
        return (
            f"Use {name}[0]. A lookup points to one value; for another one of the map, look up "
            "another key."
        )
    if on_stack and many > 0:  # clang may join a masked index and an address with |
        variable = by if simple else "i"
        kept = "" if simple else f" = {by}"
        return (
            f"Keep the index in an unsigned variable (u64 {variable}{kept}), and compare it just "
            f"before: if ({variable} >= {many}) return 0;"
        )
    if many > 0 and many & (many - 1) == 0:
        masked = f"{by} & {many - 1}" if simple else f"({by}) & {many - 1}"
        return (
            f"Mask the index where it is used: {name}[{masked}]. A comparison above is not "
            "always enough: the compiler may compare a copy."
        )
    if many > 0 and simple:
        power = 1 << many.bit_length()
        return (
            f"Declare it as u64 {by}, and compare it just before: if ({by} >= {many}) return 0; If "
            f"that is refused again, declare {power} elements and use {name}[{by} & {power - 1}]."
        )
    return (
        "Mask the index where it is used, for a length that is a power of two: "
        f"{name}[({by}) & (LENGTH - 1)]."
    )


def array_of(refusal: Refusal) -> tuple[str, str, int] | None:
    """Return the array that the refused line indexes, the index and the length, if it is one."""
    found = list(dict.fromkeys(ctext.indexed(refusal.text())))
    if len(found) != 1:
        return None
    name, by = found[0]
    declared = declared_as(refusal, name)
    if declared and declared.is_pointer:
        return name, by, _elements(refusal, declared)
    return name, by, declared.length if declared else 0


def _elements(refusal: Refusal, pointer: ctext.Variable) -> int:
    """Return how many elements a pointer to a map's value points to, or 0 where it is not known."""
    size = ctext.SIZES.get(pointer.type.rstrip("*").split()[-1], 0)
    states = (refusal.state(f"R{n}") for n in range(10))
    values = {m[1] for one in states if (m := re.match(r"map_value\([^)]*\bvs=(\d+)", one))}
    return int(values.pop()) // size if len(values) == 1 and size else 0


def declared_as(refusal: Refusal, name: str) -> ctext.Variable | None:
    """Return the declaration of a variable that is seen from the refused line, or of a field."""
    is_field = "." in name or ">" in name
    return ctext.variable(refusal.source, name, None if is_field else refusal.here)


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
