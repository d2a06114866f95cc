"""What a map refuses, in words."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from bpflab.data.values import shown
from bpflab.errors import LabError

if TYPE_CHECKING:
    from bpflab.data.maps import Map

ARRAYS = {"array", "percpu_array"}


def write(of: Map, code: int, key: Any) -> LabError:
    """Return the error for a write of *key* that the kernel refused with errno *code*."""
    if code == errno.E2BIG:
        if of.type in ARRAYS | {"prog_array"}:
            return LabError(
                "map-full",
                f"{of.name} has slots 0 to {of.max_entries - 1}, and no {shown(key)}.",
            )
        return LabError(
            "map-full",
            f"{of.name} is full: it was made for {of.max_entries} entries.",
            why="A hash map's size is set when it is made.",
            fix="Delete a key, declare more entries, or use an LRU hash, which forgets.",
        )
    if code == errno.EINVAL and of.type == "prog_array":
        return LabError(
            "other-type",
            f"The kernel refuses this program for slot {shown(key)} of {of.name}.",
            why="A tail call never returns, so all programs of a table must be of one type and "
            "made for the same kind of hook; the first one to use the table decides.",
            fix="Load it with the same type= as the program that jumps.",
        )
    return LabError(
        "map-write",
        f"The kernel refused to write {shown(key)} to {of.name}: {os.strerror(code)}.",
    )


def no_nul(of: Map, field: str, key: Any) -> LabError:
    """Return the error for a key whose string fills all of *field*."""
    room = of.key_dtype[field].itemsize
    return LabError(
        "too-long",
        f"{shown(key)} fills all {room} bytes of {field}, so {of.name} could never match it.",
        why="The kernel ends every string that it copies with a NUL, within the buffer.",
        fix=f"Use at most {room - 1} bytes.",
    )
