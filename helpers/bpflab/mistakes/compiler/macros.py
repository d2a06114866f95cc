"""BCC's macros that are misspelt or filled in wrongly."""

from __future__ import annotations

import difflib
import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case
from bpflab.reference import macros, near
from bpflab.reference.helpers import HELPERS
from bpflab.reference.macros import MACROS

_LIBBPF = (
    *((name, "bpf_helpers.h") for name in ("SEC", "__uint", "__type", "__array")),
    *(
        (name, "bpf_tracing.h")
        for name in (
            *("BPF_KPROBE", "BPF_KRETPROBE", "BPF_PROG", "BPF_KSYSCALL"),
            *("BPF_KPROBE_SYSCALL", "BPF_UPROBE", "BPF_URETPROBE"),
        )
    ),
)
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")


def misspelt(case: Case) -> LabError | None:
    """Return the refusal of a line at the top that looks like a macro, and is the name of none."""
    if not case.bcc and (missing := _of_libbpf(case)):
        return missing
    found = _CALL.match(case.line)
    if not found or case.declared.around(case.fault.place) or found[1] in HELPERS:
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


def _of_libbpf(case: Case) -> LabError | None:
    """A macro of libbpf's headers without its header."""
    for name, header in _LIBBPF:
        if re.search(rf"\b{name}\(", case.line) and f"bpf/{header}" not in case.source.code:
            why = f"It is a macro of <bpf/{header}>."
            below = " below <linux/bpf.h>" if header == "bpf_helpers.h" else ""
            if name == "BPF_KPROBE_SYSCALL" and "bpf/bpf_core_read.h" not in case.source.code:
                header = "bpf_core_read.h> and #include <bpf/bpf_tracing.h"
            fix = f"Write #include <bpf/{header}>{below or ' at the beginning'}."
            return case.error("unknown-macro", f"{name} is not declared.", why, fix)
    return None


def _of_another_dialect(case: Case, name: str) -> LabError | None:
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
        "In C the length of an array comes after the variable's name, but the macro writes the "
        "name last.",
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
            and (m := re.search(r"unknown type name '(\w+)'|refer to type '(\w+)'", d.text))
        ),
        None,
    ):
        name = unknown[1] or unknown[2]
        if name in case.declared.structs:
            fix = f"Write struct {name}."
        else:
            fix = "Write a type, as u32 or struct key: the struct must be defined above."
        return case.error(
            "macro-type",
            f"{name} is not a type.",
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
