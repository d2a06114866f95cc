"""What a map refuses, in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from bpflab.bindings.uapi import OF_MAPS
from bpflab.data.values import shown
from bpflab.errors import LabError
from bpflab.text import safe_text

ARRAYS = {"array", "percpu_array"}
OF_OBJECTS = OF_MAPS | {"prog_array"}


def write(name: str, type: str, max_entries: int, code: int, key: Any) -> LabError:
    """Return the error for a write of *key* that the kernel refused with errno *code*."""
    if code == errno.E2BIG:
        if type in ARRAYS | {"prog_array", "array_of_maps"}:
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
    if code == errno.EINVAL and type in OF_MAPS:
        return LabError(
            "other-map",
            f"The kernel refuses this map for {shown(key)} of {name}.",
            why=f"A program is verified for the maps in {name} when it is loaded. So all of them "
            "must have one type, the same sizes of keys and values, and the same flags; "
            "arrays also have the same number of entries.",
            fix=f"Declare the map like the one that {name} is declared with.",
        )
    return LabError(
        "map-write",
        f"The kernel refused to write {shown(key)} to {name}: {os.strerror(code)}.",
    )


def no_map(name: str, value: Any) -> LabError:
    """Return the error for a *value* of a map of maps that is no map."""
    return LabError(
        "map-write",
        f"{safe_text(repr(value), 60)} does not fit {name}, which takes a map.",
        fix=f'{name}[0] = program.maps["LIST"], say.',
    )


def no_program(name: str, known: Iterable[str]) -> LabError:
    """Return the error for a program of this *name* where the *known* ones have others."""
    there = ", ".join(sorted(known))
    return LabError("no-program", f"There is no program {name!r}; there are {there}.")


def no_value_for_each_cpu(name: str, cpus: int, given: int) -> LabError:
    """Return the error for a list of *given* values where each CPU has its own."""
    text = f"{name} takes {cpus} values, one for each CPU, not {given}."
    return LabError("map-write", text)


def no_number(name: str, fields: Sequence[str]) -> LabError:
    """Return the error for a total of structs of *fields*, or of what is no whole number."""
    kind = f"a struct of {', '.join(fields)}" if fields else "no whole number"
    return LabError(
        "no-number",
        f"A value of {name} is {kind}, and has no total.",
        fix=f"program.maps[{name!r}][key] gives the value.",
    )


class Uncopied:
    """What has descriptors: a copy would keep numbers that may be another object's later."""

    def __copy__(self, *_: object) -> NoReturn:
        raise LabError(
            "copy",
            f"A {type(self).__name__} cannot be copied or pickled.",
            why="It owns descriptors, and they belong to one object of one process.",
            fix="Copy its entries: frame() of a map or of the events.",
        )

    __deepcopy__ = __copy__
    __reduce_ex__ = __copy__  # pickle
