"""Functions that are called and not declared."""

from __future__ import annotations

import difflib
import re

from bpflab.bindings import tracepoint_fields
from bpflab.errors import LabError
from bpflab.mistakes import library
from bpflab.mistakes.compiler.case import Case, Rules
from bpflab.mistakes.compiler.type_names import used_above
from bpflab.reference import helpers, macros, near

IN_LIBBPF = {
    "BPF_CORE_READ": "bpf/bpf_core_read.h",
    "BPF_CORE_READ_INTO": "bpf/bpf_core_read.h",
    "BPF_KPROBE": "bpf/bpf_tracing.h",
    "BPF_KRETPROBE": "bpf/bpf_tracing.h",
    "BPF_PROG": "bpf/bpf_tracing.h",
    "PT_REGS_PARM1": "bpf/bpf_tracing.h",
    "PT_REGS_PARM2": "bpf/bpf_tracing.h",
    "PT_REGS_PARM3": "bpf/bpf_tracing.h",
    "PT_REGS_RC": "bpf/bpf_tracing.h",
    "bpf_ntohs": "bpf/bpf_endian.h",
    "bpf_htons": "bpf/bpf_endian.h",
    "bpf_ntohl": "bpf/bpf_endian.h",
    "bpf_htonl": "bpf/bpf_endian.h",
}
_BYTE_ORDER = ("ntohs", "htons", "ntohl", "htonl")


def _function(case: Case, name: str) -> LabError:
    """A function that is called without a declaration."""
    declared = case.declared
    if below := declared.below(name, case.fault.place):
        return used_above(case, name, below)
    if name in ("elif", "elseif", "elsif"):
        return case.error("syntax", f"{name} is not a word of C.", "", "Write else if.")
    if not case.bcc and name in IN_LIBBPF:
        fix = f"Write #include <{IN_LIBBPF[name]}> at the beginning."
        return case.error("unknown-helper", f"{name} is not declared.", "", fix)
    if not case.bcc and name in _BYTE_ORDER:
        fix = f"Write bpf_{name}, with #include <bpf/bpf_endian.h> at the beginning."
        return case.error("unknown-helper", f"There is no function {name}.", "", fix)
    if name in macros.MACROS and not case.bcc:
        why = "It is a macro of BCC's. This text is for clang, since it names a section with SEC."
        return case.error("unknown-helper", f"There is no function {name}.", why, _dialect())
    if helper := helpers.find(name):
        if case.bcc:
            fix = "Write the text for clang, with SEC(…) and <bpf/bpf_helpers.h>."
            why = (
                f"It is a helper since Linux {helper.since}, but the BCC of this machine is older."
            )
        else:
            why = "It is a helper, and no header that is included declares it."
            fix = "Write #include <bpf/bpf_helpers.h> below <linux/bpf.h>."
        return case.error("unknown-helper", f"{name} is not declared.", why, fix)
    noted = case.fault.note(r"did you mean '(\w+)'")
    own = [noted[0][1]] if noted and noted[0][1] in declared.functions else []
    own = own or difflib.get_close_matches(name, declared.functions, 1, 0.65)
    if close := own or near(name):
        places = [(declared.functions[one].place, f"{one} is defined here") for one in own]
        fix = f"Did you mean {' or '.join(close)}?"
        message = f"There is no function {name}."
        if name.startswith("bpf_") or own:
            return case.error("unknown-helper", message, "", fix, also=places)
    if found := library.fault(case.source, name, case.fault.place):
        return found
    return case.error(
        "unknown-helper",
        f"There is no function {name}.",
        "A program can call the kernel's helpers and functions of its own text, nothing else.",
        (
            f"Did you mean {' or '.join(close)}?"
            if close
            else "Define it above, or look for a helper that does it in bpf-helpers(7)."
        ),
    )


def _dialect() -> str:
    return 'Declare a map as a struct with SEC(".maps"), or leave SEC out of the whole text.'


def _c_library(case: Case, name: str) -> LabError:
    return library.fault(case.source, name, case.fault.place) or _function(case, name)


def _void_parameter(case: Case) -> LabError:
    """``void name`` as a parameter."""
    function = case.declared.functions.get(
        next((n for n, one in case.declared.functions.items() if one.place == case.fault.place), "")
    )
    parameters = function.parameters if function else case.line
    names = re.findall(r"\bvoid\s+(\w+)", parameters)
    event = re.search(r"tracepoint__(\w+?)__(\w+)\s*\*\s*(\w+)", parameters)
    message = "A parameter cannot have the type void."
    if event and function and not function.static:
        known = {one.name for one in tracepoint_fields.fields(f"{event[1]}:{event[2]}")}
        fields = [f"{event[3]}->{name}" for name in names if name in known]
        why = f"A tracepoint's program takes {event[3]} alone."
        fix = f"Leave {' and '.join(names) or 'void'} out"
        fix += f", and read {' and '.join(fields)}." if fields else "."
        return case.error("type", message, why, fix)
    why = "void is the type of nothing. An address of any type is a void *."
    fix = f"Write {', '.join(f'void *{name}' for name in names) or 'void *'}."
    return case.error("type", message, why, fix)


RULES: Rules = (
    (
        r"argument may not have 'void' type|'void' must be the first and only parameter",
        _void_parameter,
    ),
    (r"implicitly declaring library function '(\w+)'", _c_library),
    (r"(?:implicit declaration of|call to undeclared)(?: library)? function '(\w+)'", _function),
)
