"""What BCC itself refuses of maps and functions."""

from __future__ import annotations

import difflib
import errno
import os
import re

from bpflab.bindings.bpf import ENOTSUPP
from bpflab.bindings.uapi import MAP_TYPES
from bpflab.errors import LabError, Place
from bpflab.mistakes import maps, refused
from bpflab.mistakes.compiler.case import Case, Rules, says


def _map_type(case: Case, type: str) -> LabError:
    close = difflib.get_close_matches(type, MAP_TYPES, 2, 0.6)
    fix = (
        f"Did you mean {' or '.join(close)}?"
        if close
        else f"There are {', '.join(MAP_TYPES[1:7])}, and more."
    )
    return case.error("map-type", f"There is no type of map {type}.", "", fix)


def _ring_output(case: Case) -> LabError:
    """BCC 0.26 ends with an assertion where an event is no pointer to a struct."""
    place = next((p for p in case.source.lines if ".ringbuf_output(" in p.text), None)
    return case.error(
        "ring-output",
        "ringbuf_output was given an array; BCC needs a pointer to a struct.",
        "BCC learns an event's fields from the struct that is sent.",
        "Put the array into a struct and send &event.",
        place=place,
    )


def _not_static(case: Case) -> LabError:
    found = re.search(r"([A-Za-z_]\w*)\s*\(", case.fault.excerpt[max(case.fault.column - 1, 0) :])
    name = found[1] if found else ""
    called = case.declared.functions.get(name)
    also: list[tuple[Place, str]] = [(called.place, f"{name} is defined here")] if called else []
    return case.error(
        "not-static",
        (
            f"The function {name} that is called must be static."
            if name
            else "A function that is called must be static."
        ),
        "BCC loads every other function as a program of its own.",
        "Write static in front of its definition: it is then inlined.",
        also=also,
    )


def _map_refused(case: Case, name: str, reason: str) -> LabError:
    known = (*errno.errorcode, ENOTSUPP)
    code = next((n for n in known if os.strerror(n) == reason.strip()), 0)
    return refused.map_refused(
        case.source, name, OSError(code, reason), maps.written(case.source, name)
    )


RULES: Rules = (
    (r"could not open bpf map: (\w+), error: (.+)", _map_refused),
    (r"Cannot retrieve a NULL type pointer", _ring_output),
    (r"cannot call non-static helper function", _not_static),
    (
        r"cannot use (?:map function|builtin) inside a macro",
        says(
            "map-in-macro",
            "A map's method stands inside a #define.",
            "BCC rewrites map.method() in the text, before macros are expanded.",
            "Make the macro a static function.",
        ),
    ),
    (
        r"cannot have macro at the end",
        says(
            "map-in-macro",
            "A macro stands at the end of this expression.",
            "BCC rewrites the expression in the text, before macros are expanded.",
            "Put the macro in brackets.",
        ),
    ),
    (r"unsupported map type: maps/(\w+)", _map_type),
    (
        r"histogram leaf type must be u64",
        says(
            "map-type",
            "The values of this histogram are no u64.",
            "BCC counts in u64.",
            "Use BPF_HISTOGRAM, or u64 as the type of its values.",
        ),
    ),
    (
        r"get_stackid only available on stacktrace maps",
        says(
            "no-member",
            "get_stackid belongs to a map of stacks.",
            "",
            "Declare BPF_STACK_TRACE(stacks, 1024), and call stacks.get_stackid(ctx, 0).",
        ),
    ),
    (
        r"all element of an array already exist",
        says(
            "no-member",
            "insert adds nothing to an array: all its entries are there.",
            "",
            "Write update.",
        ),
    ),
    (
        r"reference to undefined table",
        says(
            "map-type",
            "This map is to come from another text, and none is loaded.",
            "BCC shares maps within one process.",
            "Declare the map here.",
        ),
    ),
    (
        r"too many arguments, bcc only supports in-register parameters",
        says(
            "kprobe-arguments",
            "A program of BCC's has at most six parameters after the context.",
            "They are read from registers.",
            "Leave the others out.",
        ),
    ),
    (
        r"arguments to BPF program definition must be named",
        says(
            "kprobe-arguments",
            "Each parameter of a program must have a name.",
            "BCC reads them from the registers by name.",
            "Write int hook(void *ctx).",
        ),
    ),
    (
        r"invalid bpf_table operation (\w+)",
        says(
            "no-member",
            "A map has no method {0}.",
            "",
            "lookup, update, delete and increment are methods of a hash.",
        ),
    ),
)
