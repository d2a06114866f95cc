"""Addresses that a helper is given, with an offset that may be too large for its memory."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier import sizes
from bpflab.mistakes.verifier.call import Call
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.text import counted


def of_helper(refusal: Refusal, call: Call, register: str, has: int) -> LabError:
    """Explain a helper whose pointer or whose number of bytes is not known to be small enough."""
    count = f"R{int(register[1:]) + 1}"
    if not sizes.is_constant(refusal.state(count)) and sizes.is_fixed(refusal.state(register)):
        found = re.search(r"\boff=(\d+)", refusal.state(register))
        begin = int(found[1]) if found else 0
        size = re.search(r"[ ,]size=(\d+)", refusal.walk.message)
        where = f"There are {has - begin} bytes."
        return sizes.of_helper(
            refusal, call, register, int(size[1]) if size else 0, has - begin, where
        )
    text = call.arguments.get(register, "")
    if together := _together(refusal, call, register, text):
        return together
    if moved := re.fullmatch(r"([\w.>-]+?)\s*\+\s*(\w+)", text):
        return _moved(refusal, call, register, moved[1], moved[2])
    array = ctext.indexed(text)
    declared = refusal.declared(array[0][0]) if array else None
    taken = (refusal.span(count) or (0, 0))[1]
    last = declared.length - -(-taken // declared.size) if declared and declared.size else 0
    if array and declared and declared.size < taken and last > 0:  # else one element is enough
        (name, by), power = array[0], 1 << (last.bit_length() - 1)
        return refusal.error(
            "bounds",
            f"{name}[{by}] may be too near to the end of {name}, which has "
            f"{counted(declared.length, 'element')}.",
            why=f"{call.shown} takes {counted(taken)} from there on, so the index may be "
            f"{last} at most.",
            fix=f"Mask the index where it is used: {name}[{_masked(by, power - 1)}]. A comparison "
            "above is not always enough: the compiler may compare a copy.",
            also=[(declared.place, f"{name} is declared here")],
        )
    return refusal.error(
        "bounds",
        f"{call.arguments.get(register) or 'The address'} may be outside of its memory.",
        why=f"{call.shown} is given an address whose offset is not known to be small enough.",
        fix=within(*array[0], declared.length if declared else 0)
        if array
        else "Compare the offset with the size first, or mask it: i & (SIZE - 1).",
    )


def _together(refusal: Refusal, call: Call, register: str, text: str) -> LabError | None:
    """Explain an offset and a number of bytes that are small enough each, and too large together.

    Of two numbers the verifier knows the limits of each, and not that one leaves room for the
    other.
    """
    number = f"R{int(register[1:]) + 1}"
    far, most = refusal.span(register), refusal.span(number)
    count, where, room = call.arguments.get(number, ""), _moved_by(text), _room(refusal, register)
    if not (far and most and where and count) or sizes.is_constant(refusal.state(number)):
        return None
    if min(far[0], most[0]) < 0 or max(far[1] + 1, most[1]) > room or far[1] + most[1] <= room:
        return None
    name, by = where
    limit = (1 << ((room // 2).bit_length() - 1)) - 1
    return refusal.error(
        "bounds",
        f"{by} and {count} together may be more than the {counted(room)} that begin at {name}.",
        why=f"{by} can be {far[1]} and {count} can be {most[1]}. The verifier knows the limit of "
        "each, but not that their sum fits.",
        fix=f"Mask both where they are used, so that the sum fits: {_masked(by, limit)} and "
        f"{_masked(count, limit)}. Or give {name} {far[1] + most[1] - room} more bytes.",
    )


def _moved(refusal: Refusal, call: Call, register: str, name: str, by: str) -> LabError:
    """Explain an address that a variable is added to."""
    number = f"R{int(register[1:]) + 1}"
    count = refusal.span(number) or (0, 0)
    room = _room(refusal, register) - count[1]
    taken = call.arguments.get(number, "")
    if 0 <= room <= 1 < count[1] and taken and not sizes.is_constant(refusal.state(number)):
        limit = (1 << (((room + count[1]) // 2).bit_length() - 1)) - 1
        return refusal.error(
            "bounds",
            f"{name} + {by} may be outside of its memory.",
            why=f"{taken} can be {count[1]}, which leaves no room for {by}.",
            fix=f"Mask both where they are used, so that the sum fits: {name} + ({by} & {limit}) "
            f"and {_masked(taken, limit)}.",
        )
    mask = (1 << (room.bit_length() - 1)) - 1 if room > 1 else 0
    return refusal.error(
        "bounds",
        f"{name} + {by} may be outside of its memory.",
        why=f"The verifier finds no check that keeps {by} between 0 and {room}."
        if room > 0
        else f"The verifier finds no check that keeps {by} small enough.",
        fix=f"Mask the offset where it is used: {name} + ({by} & {mask or 'SIZE - 1'}).",
    )


def _room(refusal: Refusal, register: str) -> int:
    """Return how many bytes there are from what a pointer is moved from to the end; 0: unknown."""
    state = refusal.state(register)
    whole = re.search(r"\b(?:vs|sz|mem_size)=(\d+)", state)
    off = re.search(r"\boff=(\d+)", state)
    return (int(whole[1]) if whole else 0) - (int(off[1]) if off else 0)


def within(name: str, by: str, many: int, on_stack: bool = False) -> str:
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
        return (
            f"Mask the index where it is used: {name}[{_masked(by, many - 1)}]. A comparison "
            "above is not always enough: the compiler may compare a copy."
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


def _moved_by(text: str) -> tuple[str, str] | None:
    """Return an array or a pointer and what is added to it, in an address; None if it is none."""
    if moved := re.fullmatch(r"&?([\w.>-]+?)\s*\+\s*(\w+|\([^()]+\))", text):
        return moved[1], moved[2].strip("()")
    array = ctext.indexed(text)
    return array[0] if array else None


def _masked(by: str, mask: int) -> str:
    return f"{by} & {mask}" if re.fullmatch(r"\w+", by) else f"({by}) & {mask}"
