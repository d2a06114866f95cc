"""A program array that programs of two types call through.

The kernel sees it behind the verifier, so the log ends without a reason (bpf_check_tail_call,
kernel/bpf/core.c).
"""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.context import role
from bpflab.mistakes.declarations import Declarations, Function
from bpflab.mistakes.sections import sections, type_of
from bpflab.mistakes.verifier.refusal import Refusal

_THROUGH = re.compile(r"\bbpf_tail_call\w*\s*\(\s*\w+\s*,\s*&\s*(\w+)|\b(\w+)\s*\.\s*call\s*\(")


def of_two_types(refusal: Refusal) -> LabError | None:
    """Explain a program that was verified and not loaded, if another type calls as it does."""
    text = Declarations(refusal.source)
    named = sections(refusal.source)
    mine = text.functions.get(refusal.function)
    if not mine:
        return None

    def kind(one: Function) -> str:
        found = type_of(named[one.name][0]) if one.name in named else ""
        return found or next(iter(role(refusal.source, one.name).types), "")

    calls = _through(text, mine)
    for other in text.functions.values():
        both = calls.keys() & _through(text, other).keys()
        types = refusal.type or kind(mine), kind(other)
        if both and all(types) and types[0] != types[1]:
            name = min(both)
            return refusal.error(
                "map-type",
                f"{mine.name} and {other.name} call through one program array, {name}, and their "
                "types differ.",
                why="An array serves programs of one type. "
                f"{other.name} is of type {types[1]}, and {mine.name} of type {types[0]}.",
                fix="Declare a program array for each type.",
                place=text.place(calls[name]),
                also=[(text.place(_through(text, other)[name]), f"{other.name} calls here")],
            )
    return None


def _through(text: Declarations, function: Function) -> dict[str, int]:
    """Return the program arrays that a function calls through, and where it does."""
    found = _THROUGH.finditer(text.code, function.begin, function.end)
    return {call[1] or call[2]: call.start() for call in found}
