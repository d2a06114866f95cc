"""What can stand at a place of a cell of C, and what a name there means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bpflab.cell import known
from bpflab.cell.c_text import CText
from bpflab.cell.first_line import of_first_line
from bpflab.cell.known import LETTERS, Offer
from bpflab.reference.helpers import HELPERS
from bpflab.reference.macros import MACROS

_CHAIN = re.compile(r"((?:\b[A-Za-z_]\w*(?:\[[^\]]*\])?\s*(?:->|\.)\s*)+)(\w*)$")
_STRUCT_NAME = re.compile(r"\bstruct\s+(\w*)$")


def offered(cell: str, offset: int) -> tuple[str, list[Offer]]:
    """Return what stands before *offset* of the name that is being typed, and what it can become.

    An empty list means that nothing is known to fit.
    """
    text = CText(cell)
    if offset <= len(text.first):
        return of_first_line(text, text.first[:offset])
    before = text.code[:offset]
    line = before[before.rfind("\n") + 1 :]
    typed = _typed(cell[:offset])
    if _is_silent(text, offset, line):
        return typed, []
    found: Iterable[Offer]
    if chain := _CHAIN.search(line):
        found = known.members(text, offset, chain[1])
    elif _STRUCT_NAME.search(line):
        found = known.structs(text, typed)
    else:
        found = _names(text, offset)
    return typed, _fitting(found, typed)


def explained(cell: str, offset: int) -> Offer | None:
    """Return what is known of the name at *offset*, or of the call that it is within."""
    text = CText(cell)
    if offset <= len(text.first):
        return None
    end = offset + len(re.match(r"\w*", text.code[offset:])[0])  # type: ignore[index]  # it fits ""
    before = text.code[:end]
    line = before[before.rfind("\n") + 1 :]
    if not _is_silent(text, end, line):
        name = _typed(line)
        if chain := _CHAIN.search(line):
            found: Iterable[Offer] = known.members(text, end, chain[1])
        elif _STRUCT_NAME.search(line):
            found = known.structs(text, name)
        else:
            found = _all_names(text, end)
        if name and (meant := next((one for one in found if one.text == name), None)):
            return meant
    call = _call_around(text.code, offset)
    return explained(cell, call) if call else None


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


def _typed(line: str) -> str:
    return re.search(r"\w*$", line)[0]  # type: ignore[index]  # it fits "" too


def _is_silent(text: CText, offset: int, line: str) -> bool:
    """Return whether *offset* is in a comment, a string, a number or a line of the preprocessor."""
    commented = text.cell[offset - 1 : offset] != text.code[offset - 1 : offset]
    quoted = re.sub(r"""\\.|'"'""", "", line).count('"') % 2
    return bool(
        commented or quoted or re.search(r"\b\d\w*$", line) or re.match(r"\s*#\s*\w*(\s|$)", line)
    )


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
