"""What BCC itself refuses, and its macros that are misspelt or filled in wrongly."""

from __future__ import annotations

import difflib
import re

from bpflab.bindings.uapi import MAP_TYPES
from bpflab.errors import LabError, Place
from bpflab.mistakes import refused
from bpflab.mistakes.compiler.case import Case, Rules, says
from bpflab.reference import macros, near
from bpflab.reference.macros import MACROS

_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")


def misspelt(case: Case) -> LabError | None:
    """Return the refusal of a line at the top that looks like a macro, and is the name of none."""
    found = _CALL.match(case.line)
    if not found or case.declared.around(case.fault.place):
        return None
    name = found[1]
    if not case.bcc:
        return _of_another_dialect(case, name)
    if name in MACROS or name in case.declared.macros or not re.match(r"(?i)bpf_|\w+_PROBE$", name):
        return None
    close = near(name.upper()) or difflib.get_close_matches(name.upper(), MACROS, 2, 0.7)
    close = [one for one in close if one in MACROS]
    signature = f" It is written {MACROS[close[0]].signature}." if close else ""
    fix = (
        f"Did you mean {' or '.join(close)}?{signature}"
        if close
        else "Look for its name in BCC's reference guide."
    )
    return case.error("unknown-macro", f"BCC has no macro {name}.", "", fix)


def _of_another_dialect(case: Case, name: str) -> LabError | None:
    if name == "SEC" and "bpf_helpers.h" not in case.source.code:
        why = "It is a macro of libbpf's headers."
        fix = "Write #include <bpf/bpf_helpers.h> below <linux/bpf.h>."
        return case.error("unknown-macro", "SEC is not declared.", why, fix)
    if name not in MACROS or name in case.declared.macros:
        return None
    why = "It is a macro of BCC's. This text is for clang, since it names a section with SEC."
    fix = 'Declare a map as a struct with SEC(".maps"), or leave SEC out of the whole text.'
    return case.error("unknown-macro", f"There is no macro {name} here.", why, fix)


def array_type(case: Case) -> LabError | None:
    """An array type cannot be an argument of a macro: ``BPF_HASH(c, char[16], u64)``."""
    if not any("brackets are not allowed here" in one.text for one in case.all):
        return None
    found = re.search(r"\b(BPF_\w+)\s*\((.*)\)", case.line)
    array = found and re.search(r"((?:unsigned )?\w+)\s*\[([^\]]*)\]", found[2])
    if not found or not array:
        return None
    struct = f"struct name {{ {array[1]} bytes[{array[2]}]; }};"
    call = case.line.replace(array[0], "struct name").rstrip(";")
    return case.error(
        "array-type",
        f"{array[0]} cannot stand as a type in {found[1]}.",
        "The length of an array stands behind a variable's name in C, and the macro puts the name"
        " behind it.",
        f"Wrap it in a struct: {struct} and then {call};",
    )


def macro_arguments(case: Case) -> LabError | None:
    """A macro of BCC's with an argument that it cannot use."""
    found = _CALL.match(case.line)
    macro = macros.find(found[1]) if found and case.bcc else None
    if not macro or not found or case.declared.around(case.fault.place):
        return None
    if unknown := next(
        (
            m
            for d in case.all
            if d.place == case.fault.place
            and (m := re.search(r"unknown type name '(\w+)'", d.text))
        ),
        None,
    ):
        if unknown[1] in case.declared.structs:
            fix = f"Write struct {unknown[1]}."
        else:
            fix = "Write a type, as u32 or struct key: the struct must be defined above."
        return case.error(
            "macro-type",
            f"{unknown[1]} is not a type.",
            f"{macro.name} is written {macro.signature}.",
            fix,
        )
    if macro.name in ("BPF_TABLE", "BPF_F_TABLE") and '"' not in case.line:
        return case.error(
            "macro-arguments",
            "The type of the map stands in quotes.",
            f"It is written {macro.signature}.",
            'Write "hash", "array", "lru_hash" or another type.',
        )
    return case.error(
        "macro-arguments",
        f"{macro.name} is not filled in as it should be.",
        f"The compiler says: {case.fault.text}.",
        f"It is written {macro.signature}.",
    )


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
    if "not permitted" in reason:
        return refused.no_privilege("The kernel lets this process make no map.")
    return case.error(
        "map",
        f"The kernel refused to make the map {name}: {reason}.",
        "Its size or type is not one the kernel allows (a ring's pages are a power of two).",
        "Check its declaration.",
        place=case.declared.map_place(name),
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
            "A program of BCC's has at most six parameters behind the context.",
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
