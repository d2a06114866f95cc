"""The struct of an event, as a dtype, or why it has no columns."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from bpflab.data import layout
from bpflab.errors import LabError, Place
from bpflab.source import Source

_COMMENT = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\\\.|[^\"\\\\])*\"", re.S
)  # and a string, which may hold one
_BITS = re.compile(r":\s*\d+\s*[;,]")
_STRUCT = re.compile(r"\b(?:struct|union)\b[^{};()]*\{")


def event_dtype(source: Source, fields: list[tuple[str, str]], buffer: str) -> np.dtype[Any]:
    """Return the dtype of the events that *source* sends through *buffer*, from its C struct.

    Raises:
        LabError: ``event-field``, at the field's line, for one that has no column in a table.
    """
    for name, _ in fields if _BITS.search(source.text) else ():
        place = _declared(source, rf"\b{name}\s*:\s*\d+\s*[;,]") if name else None
        if place:
            raise LabError(
                "event-field",
                f"Field {name!r} of the event in {buffer} is a bit-field.",
                place=place,
                why="The compiler tells where a field is in bytes, not in bits.",
                fix="Make it a u8.",
            )
    try:
        return layout.from_fields(fields, f"the event in {buffer}")
    except LabError as error:
        named = re.search(r"Field '(\w+)'", error.message)
        error.place = _declared(source, rf"\b{named[1]}\b\s*(?:\[|;)") if named else None
        raise


def _declared(source: Source, pattern: str) -> Place | None:
    """Return the first line inside of a struct, comments apart, in which *pattern* is found."""
    text = "\n".join(place.text for place in source.lines)
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for head in _STRUCT.finditer(text):
        end = _closing(text, head.end())
        if found := re.compile(pattern).search(text, head.end(), end):
            return source.lines[text.count("\n", 0, found.start())]
    return None


def _closing(text: str, at: int) -> int:
    """Return where the brace is closed that was opened just before *at*."""
    depth = 1
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at
