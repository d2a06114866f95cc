"""What can stand at a place of a cell of C, and what a name there means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from bpflab.cell import known
from bpflab.cell.c_text import CText
from bpflab.cell.first_line import of_first_line
from bpflab.cell.known import LETTERS, Offer
from bpflab.reference.helpers import HELPERS
from bpflab.reference.macros import MACROS

_CHAIN = re.compile(r"((?:\b[A-Za-z_]\w*(?:\[[^\]]*\])?\s*(?:->|\.)\s*)+)(\w*)$")
_LONGEST = 300  # characters that a regular expression is given of a line
_OUTER = 4  # so many calls around a name may be explained in its place
_STRUCT_NAME = re.compile(r"\bstruct\s+(\w*)$")


def offered(cell: str, offset: int) -> tuple[str, list[Offer]]:
    """Return what stands before *offset* of the name that is being typed, and what it can become.

    An empty list means that nothing is known to fit.
    """
    text = CText(cell)
    if offset <= len(text.first):
        return of_first_line(text, text.first[:offset])
    typed = _typed(cell[max(offset - _LONGEST, 0) : offset])
    line = _line(text, offset)
    if _is_silent(text, offset, line):
        return typed, []
    return typed, _fitting(_meant(text, offset, line, _names), typed)


def explained(cell: str, offset: int) -> Offer | None:
    """Return what is known of the name at *offset*, or of the call that it is within."""
    text = CText(cell)
    if offset <= len(text.first):
        return None
    found, place = _explained(text, offset), offset
    for _ in range(_OUTER):
        place = 0 if found else _call_around(text.code, place)
        found = found or (_explained(text, place) if place else None)
    return found


def _explained(text: CText, offset: int) -> Offer | None:
    end = offset
    while text.code[end : end + 1].isalnum() or text.code[end : end + 1] == "_":
        end += 1
    line = _line(text, end)
    name = "" if _is_silent(text, end, line) else _typed(line)
    found = _meant(text, end, line, _all_names) if name else []
    return next((one for one in found if one.text == name), None)


def _meant(
    text: CText, offset: int, line: str, names: Callable[[CText, int], Iterable[Offer]]
) -> Iterable[Offer]:
    """Return what can stand at *offset*: members, structs, or else what *names* returns."""
    short = line[-_LONGEST:]
    if chain := _CHAIN.search(short):
        return known.members(text, offset, chain[1])
    if named := _STRUCT_NAME.search(short):
        return known.structs(text, named[1])
    return names(text, offset)


def _names(text: CText, offset: int) -> Iterator[Offer]:
    """Return the names that can begin something at *offset*."""
    if text.function_at(offset):
        yield from known.of_text(text, offset)
        yield from known.helpers(text, offset)
        yield from known.macros(text, offset, declare=False)
    else:
        yield from known.macros(text, offset, declare=True)
    yield from known.plain(text)


def _all_names(text: CText, offset: int) -> Iterator[Offer]:
    """Return all names that mean something at *offset*, to explain one of them."""
    yield from known.of_text(text, offset)
    type = text.type_at(offset)
    yield from (known.helper(text, type, each) for each in HELPERS.values())
    yield from (Offer(each.name, "macro", each.signature, each.summary) for each in MACROS.values())


def _fitting(found: Iterable[Offer], typed: str) -> list[Offer]:
    """Return the offers that begin with what is typed, or else those that have it within."""
    each = list({one.text: one for one in found}.values())
    begin = [one for one in each if one.text.startswith(typed)]
    return begin or [one for one in each if len(typed) >= LETTERS and typed in one.text]


def _line(text: CText, offset: int) -> str:
    """Return the line of *offset* up to it."""
    before = text.code[:offset]
    return before[before.rfind("\n") + 1 :]


def _typed(line: str) -> str:
    return re.search(r"\w*\Z", line[-_LONGEST:])[0]  # type: ignore[index]  # it fits "" too


def _is_silent(text: CText, offset: int, line: str) -> bool:
    """Return whether *offset* is in a comment, a string, a number or a line of the preprocessor."""
    commented = text.cell[offset - 1 : offset] != text.code[offset - 1 : offset]
    quoted = re.sub(r"""\\.|'"'""", "", line).count('"') % 2
    short = line[-_LONGEST:]
    directive = line.lstrip().startswith("#")
    return bool(commented or quoted or directive or re.search(r"\b\d\w*\Z", short))


def _call_around(code: str, offset: int) -> int:
    """Return the end of the name whose call *offset* is within, or 0."""
    depth = 0
    for place in range(offset - 1, -1, -1):
        letter = code[place]
        if letter in ";{}":
            return 0
        if letter == ")":
            depth += 1
        elif letter == "(":
            if not depth:
                return len(code[:place].rstrip())
            depth -= 1
    return 0
