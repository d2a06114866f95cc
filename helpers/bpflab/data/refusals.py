"""What a map refuses, in words."""

from __future__ import annotations

import errno
import os
from typing import Any

from bpflab.data.values import shown
from bpflab.errors import LabError

ARRAYS = {"array", "percpu_array"}


def write(name: str, type: str, max_entries: int, code: int, key: Any) -> LabError:
    """Return the error for a write of *key* that the kernel refused with errno *code*."""
    if code == errno.E2BIG:
        if type in ARRAYS | {"prog_array"}:
            return LabError(
                "map-full",
                f"{name} has slots 0 to {max_entries - 1}, and no {shown(key)}.",
            )
        return LabError(
            "map-full",
            f"{name} is full: it was made for {max_entries} entries.",
            why="A hash map's size is set when it is made.",
            fix="Delete a key, declare more entries, or use an LRU hash, which forgets.",
        )
    if code == errno.EINVAL and type == "prog_array":
        return LabError(
            "other-type",
            f"The kernel refuses this program for slot {shown(key)} of {name}.",
            why="A tail call never returns, so all programs of a table must be of one type and "
            "made for the same kind of hook; the first one to use the table decides.",
            fix="Load it with the same type= as the program that jumps.",
        )
    return LabError(
        "map-write",
        f"The kernel refused to write {shown(key)} to {name}: {os.strerror(code)}.",
    )


def no_nul(name: str, field: str, size: int, key: Any) -> LabError:
    """Return the error for a key whose string fills all *size* bytes of *field*."""
    return LabError(
        "too-long",
        f"{shown(key)} fills all {size} bytes of {field}, so {name} could never match it.",
        why="The kernel ends every string that it copies with a NUL, within the buffer.",
        fix=f"Use at most {size - 1} bytes.",
    )
