"""Structs that are not defined: below, in a header, or as a tracepoint that is not there."""

from __future__ import annotations

import difflib
import re
from typing import NoReturn

from bpflab.bindings import tracepoints
from bpflab.errors import LabError
from bpflab.mistakes.compiler import headers
from bpflab.mistakes.compiler.case import Case, Rules, meant


def _incomplete(case: Case, type: str) -> LabError:
    """A struct that is used and not defined."""
    tag, _, name = type.removesuffix(" *").partition(" ")
    name = name.strip()
    message = f"{type} is not defined here."
    if below := case.declared.below(name, case.fault.place):
        why = "C reads a text from top to bottom."
        fix = f"Move the definition of {type} up, above this line."
        return case.error("incomplete", message, why, fix, also=[(below, "it is defined here")])
    if type == "void":
        return case.error("incomplete", "A variable cannot be void.", "", "Give it a type, as u64.")
    if tracepoint := re.fullmatch(r"tracepoint__(\w+?)__(\w+)", name):
        return no_tracepoint(case, *tracepoint.groups())
    if name == "bpf_map_def":
        why = "It declared maps before libbpf 1.0, in the section maps."
        fix = (
            "Write struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, "
        )
        fix += '__u32); __type(value, __u64); } name SEC(".maps"); with your types and numbers.'
        return case.error("incomplete", message, why, fix)
    if name.startswith("tracepoint_") and case.bcc:
        return misspelt_tracepoint(case, name)
    if tag not in ("struct", "union", "enum"):
        return case.error("incomplete", message, "", "Write out what it consists of.")
    vmlinux = not case.bcc and "vmlinux.h" in case.source.code
    if not vmlinux and (header := headers.advised(headers.including(case, name, tag))):
        why = "The headers that are included only name it."
        return case.error("incomplete", message, why, header)
    own = difflib.get_close_matches(name, case.declared.structs, 2, 0.7)
    if own:
        also = [(case.declared.structs[own[0]].place, f"{own[0]} is defined here")]
        fix = f"Did you mean {tag} {' or '.join(own)}?"
        return case.error("incomplete", message, "", fix, also=also)
    if not case.bcc and not vmlinux:
        why = "No header that is included defines it. The kernel's own structs are in vmlinux.h."
        fix = 'Write #include "vmlinux.h" in place of <linux/bpf.h>, or define what you use of it.'
        return case.error("incomplete", message, why, fix)
    return case.error("incomplete", message, "", f"Define it above, or check the name {name}.")


def misspelt_tracepoint(case: Case, name: str) -> LabError:
    """Return the refusal of a struct whose name is almost that of a tracepoint's."""
    known = {tracepoints.struct_of(one) for one in tracepoints.names()}
    event = re.sub(r"^tracepoint_+", "", name)
    ends = sorted(one for one in known if one.endswith(f"__{event}"))
    close = ends[:3] or difflib.get_close_matches(name, sorted(known), 3, 0.8)
    why = "It is written struct tracepoint__category__event, with two underscores."
    fix = meant([f"struct {one}" for one in close]) or "Check the names of category and event."
    return case.error("no-tracepoint", f"There is no struct {name}.", why, fix)


def no_tracepoint(case: Case, category: str, event: str) -> LabError:
    """Return the refusal of a struct whose tracepoint is not there."""
    fix = "Check its name under /sys/kernel/tracing/events; ./lab doctor looks at tracefs."
    try:
        fix = _nothing_near(f"{category}:{event}")
    except LabError as error:
        if error.kind == "no-tracepoint" and error.fix:
            macro = re.match(r"(\w*TRACEPOINT_PROBE)\(", case.line)
            written = rf"{macro[1]}(\1, \2)" if macro else r"tracepoint__\1__\2"
            structs = re.sub(r"([\w-]+):([\w.-]+)", written, error.fix)
            fix = structs
    return case.error(
        "no-tracepoint",
        f"There is no tracepoint {category}:{event} that this process can read.",
        "BCC writes the struct from the tracepoint's format file in tracefs.",
        fix,
    )


def _nothing_near(target: str) -> NoReturn:
    tracepoints.number(target)
    raise LabError("no-tracepoint", "")


def _not_visible(case: Case, type: str) -> LabError:
    """A struct that is named for the first time among a function's parameters."""
    name = type.removeprefix("struct ")
    if tracepoint := re.fullmatch(r"tracepoint__(\w+?)__(\w+)", name):
        return no_tracepoint(case, *tracepoint.groups())
    return _incomplete(case, type)


RULES: Rules = (
    (r"incomplete definition of type '([^']+)'", _incomplete),
    (r"has incomplete type '([^']+)'", _incomplete),
    (r"to an incomplete type '([^']+)'", _incomplete),
    (r"incomplete (?:result |element )?type '([^']+)'", _incomplete),
    (r"subscript of pointer to incomplete type '([^']+)'", _incomplete),
    (r"declaration of '(struct \w+)' will not be visible", _not_visible),
)
