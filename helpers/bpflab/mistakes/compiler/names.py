"""Names that are not declared: variables, constants, and words of other languages."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler import headers
from bpflab.mistakes.compiler.case import Case, Rules, meant
from bpflab.mistakes.compiler.functions import IN_LIBBPF
from bpflab.mistakes.compiler.type_names import (
    STRINGS,
    placeholder,
    unknown_type,
    used_above,
)
from bpflab.reference import near
from bpflab.text import near as near_of

_FOREIGN = {  # words of other languages, and C's for them
    "None": "NULL",
    "nullptr": "NULL",
    "null": "NULL",
    "nil": "NULL",
    "True": "true",
    "TRUE": "true",
    "False": "false",
    "FALSE": "false",
    "not": "!",
    "and": "&&",
    "or": "||",
    "pass": ";",
    "elif": "else if",
    "elsif": "else if",
    "elseif": "else if",
}
_CPP = {
    "try": "C has no exceptions: check a result with if.",
    "throw": "C has no exceptions: return 0 ends the program.",
    "class": "Write struct.",
    "new": "Declare a local variable, or take the value of a map.",
    "using": "Leave the line out.",
    "namespace": "Leave it out.",
    "template": "Write the function for one type.",
    "let": "Write the type, as u64.",
    "var": "Write the type, as u64.",
}


def _undeclared(case: Case, name: str) -> LabError:
    """A variable, a map, a constant, or a type, since C reads an unknown one as a variable."""
    message = f"Nothing named {name} is declared."
    if below := case.declared.below(name, case.fault.place):
        return used_above(case, name, below)
    if name in case.declared.structs:
        return case.error("type-name", f"{name} is a struct.", "", f"Write struct {name}.")
    if name in STRINGS:
        return unknown_type(case, name)
    if found := _known(case, name):
        why, fix = found
        return case.error("undeclared", message, why, fix)
    if _as_type(case, name):
        return unknown_type(case, name)
    of_kernel = (note := case.fault.note("declared here")) and note[1].excerpt.lstrip().startswith(
        "extern "
    )
    near_by = None if of_kernel else re.search(r"did you mean '(.*)'\?", case.fault.text)
    if near_by:
        declared = case.also("declared here", f"{near_by[1]} is declared here")
        header = headers.advised(headers.including(case, name)) if name.isupper() else ""
        return case.error("undeclared", message, fix=header or meant([near_by[1]]), also=declared)
    why = "A variable must be declared above its first use, and a map above the function."
    if of_kernel:  # clang knows a variable of the kernel with a name like this one
        why += " A variable of the kernel cannot be used by its name."
    fix = near_of(name, case.declared.maps) if case.line.find(f"{name}.") >= 0 else ""
    if re.match(rf"for\s*\(\s*{name}\b", case.line):
        fix = f"Give it a type: for (int {name} = 0; …)."
    if name.isupper() and not fix:
        return case.error("undeclared", message, "", placeholder(name))
    return case.error("undeclared", message, why, fix or "Declare it, or check its spelling.")


def _known(case: Case, name: str) -> tuple[str, str] | None:
    """Return why and fix for a name that is known from elsewhere."""
    function = case.declared.around(case.fault.place)
    parameters = re.findall(r"(\w+)\s*(?:,|$)", function.parameters) if function else []
    if name == "args" and parameters:
        why = "args exists only in a function that TRACEPOINT_PROBE begins."
        return why, f"The fields are in {parameters[0]} here: {parameters[0]}->field."
    if name == "ctx" and function and function.name in ("TRACEPOINT_PROBE",):
        return (
            "In a function that TRACEPOINT_PROBE begins the context is called args.",
            "Write args.",
        )
    if name == "ctx" and function and "ctx" not in parameters:
        why = "ctx is a parameter of the program. Another function does not see it."
        return (
            why,
            f"Give {function.name} a parameter, void *ctx, and write ctx where it is called.",
        )
    if name.startswith("$"):
        why = "$1 is an argument in a shell or in bpftrace."
        return why, "Write the value, or a name that load is given: defines={'PID': pid}."
    if name == "__noinline__":
        why = (
            "The kernel's headers define noinline as the whole attribute. BCC loads each function "
        )
        return f"{why}alone, so what is called must be inlined.", "Leave the attribute out."
    if name in _FOREIGN:
        return f"{name} is not a word of C.", f"Write {_FOREIGN[name]}."
    if name in _CPP:
        return f"{name} is a word of C++, and this is C.", _CPP[name]
    if not case.bcc and name in IN_LIBBPF:
        return "", f"Write #include <{IN_LIBBPF[name]}> at the beginning."
    if name.isupper() and not case.bcc and "vmlinux.h" in case.source.code:
        if line := headers.value(case, name):
            return "vmlinux.h has the kernel's types, but not its macros.", f"Write {line}."
    elif name.isupper() and (header := headers.advised(headers.including(case, name))):
        return (
            "It is a constant of the kernel's headers, but no included header defines it.",
            header,
        )
    if near_by := near(name) if name.startswith(("BPF_", "bpf_")) else []:
        return "", f"Did you mean {' or '.join(near_by)}?"
    return None


def _as_type(case: Case, name: str) -> bool:
    """Say whether *name* stands where a declaration begins: ``unit32_t x = 0;``."""
    return bool(re.match(rf"(?:static\s+|const\s+)*{name}\s+\**\w+\s*(?:[=;,\[(]|$)", case.line))


RULES: Rules = ((r"use of undeclared identifier '([^']+)'", _undeclared),)
