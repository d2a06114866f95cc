"""The fields of a tracepoint's event, as tracefs lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpflab.bindings.tracepoints import TRACEFS

_FIELD = re.compile(r"^\s*field:(.*?)(\w+)(\[[^\]]*\])?;\s*offset:(\d+);\s*size:(\d+);", re.M)
_NAME = re.compile(r"[\w-]+:[\w-]+", re.ASCII)
_COMMON = "common_"  # each event begins with these, and no program can read them


@dataclass(frozen=True)
class Field:
    """A field of a tracepoint's event.

    Attributes:
        name: the field's.
        type: its C type, as the kernel writes it: ``const char *``, ``char[16]``.
        offset: where it begins in the event, in bytes.
        size: in bytes.
        elsewhere: whether the data stand behind the event, at an offset that the field holds.
    """

    name: str
    type: str
    offset: int
    size: int
    elsewhere: bool


def fields(target: str) -> list[Field]:
    """Return the fields of tracepoint *target*, ``category:event``, that a program can read.

    None where there is no such tracepoint or its list cannot be read.
    """
    category, _, event = target.partition(":")
    if not _NAME.fullmatch(target):
        return []
    try:
        text = (TRACEFS / "events" / category / event / "format").read_text("utf-8", "replace")
    except OSError:
        return []
    return [
        Field(name, f"{type.strip()}{array}", int(offset), int(size), "_loc " in type)
        for type, name, array, offset, size in _FIELD.findall(text)
        if not name.startswith(_COMMON)
    ]
