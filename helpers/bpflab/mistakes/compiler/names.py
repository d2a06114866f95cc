"""Names that are not declared: variables, types, functions; and names that are declared twice."""

from __future__ import annotations

import difflib
import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import library
from bpflab.mistakes.compiler import headers
from bpflab.mistakes.compiler.case import Case, Rules
from bpflab.reference import helpers, macros, near
from bpflab.text import near as near_of

_SHORT = "u8 u16 u32 u64 s8 s16 s32 s64"
_BCC_TYPES = f"{_SHORT} __u8 __u16 __u32 __u64 uint8_t uint16_t uint32_t uint64_t int32_t int64_t "
_BCC_TYPES += "size_t bool pid_t uid_t char int short long unsigned struct union enum void const"
_LIBBPF_TYPES = "__u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 char int short long unsigned struct "
_LIBBPF_TYPES += "union enum void const static"
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
_NO_STRING = "C has no strings: write a char array, as in char name[16];"
_STRINGS = ("string", "String", "str", "std")
_IN_LIBBPF = {
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


def _undeclared(case: Case, name: str) -> LabError:
    """A variable, a map, a constant, or a type, since C reads an unknown one as a variable."""
    message = f"Nothing named {name} is declared."
    if below := case.declared.below(name, case.fault.place):
        return _below(case, name, below)
    if found := _known(case, name):
        why, fix = found
        return case.error("undeclared", message, why, fix)
    if _as_type(case, name):
        return _unknown_type(case, name)
    if meant := re.search(r"did you mean '(.*)'\?", case.fault.text):
        declared = case.also("declared here", f"{meant[1]} is declared here")
        header = headers.advised(headers.including(case, name)) if name.isupper() else ""
        return case.error(
            "undeclared", message, fix=header or f"Did you mean {meant[1]}?", also=declared
        )
    why = "A variable must be declared above its first use, and a map above the function."
    fix = near_of(name, case.declared.maps) if case.line.find(f"{name}.") >= 0 else ""
    if re.match(rf"for\s*\(\s*{name}\b", case.line):
        fix = f"Give it a type: for (int {name} = 0; …)."
    return case.error("undeclared", message, why, fix or "Declare it, or check its spelling.")


def _below(case: Case, name: str, below: Place) -> LabError:
    function = name in case.declared.functions
    return case.error(
        "undeclared" if not function else "unknown-helper",
        f"{name} is used above its declaration.",
        "C reads a text from top to bottom: a name must be declared above its first use.",
        f"Move {f'the function {name}' if function else f'the declaration of {name}'} up, above "
        "this function.",
        also=[(below, f"{name} is declared here")],
    )


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
    if name == "__noinline__":
        why = (
            "The kernel's headers define noinline as the whole attribute. BCC loads each function "
        )
        return f"{why}alone, so what is called must be inlined.", "Leave the attribute out."
    if name in _FOREIGN:
        return f"{name} is not a word of C.", f"Write {_FOREIGN[name]}."
    if name in _CPP:
        return f"{name} is a word of C++, and this is C.", _CPP[name]
    if name in _STRINGS:
        return f"{name} is not a type of C.", _NO_STRING
    if not case.bcc and name in _IN_LIBBPF:
        return "", f"Write #include <{_IN_LIBBPF[name]}> at the beginning."
    if name.isupper() and (header := headers.advised(headers.including(case, name))):
        return "It is a constant of the kernel's headers, and none that is included has it.", header
    if near_by := near(name) if name.startswith(("BPF_", "bpf_")) else []:
        return "", f"Did you mean {' or '.join(near_by)}?"
    return None


def _as_type(case: Case, name: str) -> bool:
    """Say whether *name* stands where a declaration begins: ``unit32_t x = 0;``."""
    return bool(re.match(rf"(?:static\s+|const\s+)*{name}\s+\**\w+\s*(?:[=;,\[(]|$)", case.line))


def _unknown_type(case: Case, name: str) -> LabError:
    message = f"There is no type {name}."
    if name in case.declared.structs:
        below = case.declared.below(name, case.fault.place)
        if below:
            return _below(case, name, below)
        return case.error("type-name", message, "", f"Write struct {name}.")
    if name in _STRINGS:
        return case.error("type-name", message, "", _NO_STRING)
    if name == "def":
        message = "A function of C begins with the type of its result."
        return case.error("type-name", message, "", "Write int in place of def, and braces.")
    if not case.bcc and name in _SHORT.split():
        why = "A text for clang has the types of <linux/bpf.h>: __u8 to __u64, __s8 to __s64."
        return case.error("type-name", message, why, f"Write __{name}.")
    if not case.bcc and (short := re.fullmatch(r"(u?)int(8|16|32|64)_t", name)):
        fix = f"Write __{short[1] or 's'}{short[2]}."
        return case.error("type-name", message, "That type is of <stdint.h>.", fix)
    if not case.bcc and name in ("bool", "size_t"):
        fix = "Write int." if name == "bool" else "Write __u64."
        return case.error("type-name", message, "C itself does not have it.", fix)
    known = (_BCC_TYPES if case.bcc else _LIBBPF_TYPES).split()
    close = difflib.get_close_matches(name.lower(), [*known, *case.declared.structs], 2, 0.7)
    fix = f"Did you mean {' or '.join(close)}?" if close else f"Whole numbers are {_SHORT}."
    return case.error("type-name", message, "", fix)


def _function(case: Case, name: str) -> LabError:
    """A function that is called without a declaration."""
    declared = case.declared
    if below := declared.below(name, case.fault.place):
        return _below(case, name, below)
    if name in ("elif", "elseif", "elsif"):
        return case.error("syntax", f"{name} is not a word of C.", "", "Write else if.")
    if not case.bcc and name in _IN_LIBBPF:
        fix = f"Write #include <{_IN_LIBBPF[name]}> at the beginning."
        return case.error("unknown-helper", f"{name} is not declared.", "", fix)
    if not case.bcc and name in _BYTE_ORDER:
        fix = f"Write bpf_{name}, with #include <bpf/bpf_endian.h> at the beginning."
        return case.error("unknown-helper", f"There is no function {name}.", "", fix)
    if name in macros.MACROS and not case.bcc:
        why = "It is a macro of BCC's. This text is for clang, since it names a section with SEC."
        return case.error("unknown-helper", f"There is no function {name}.", why, _dialect())
    if case.bcc and name == "bpf_printk":
        why = "bpf_printk is a macro of libbpf's headers."
        fix = "Write bpf_trace_printk: in BCC it takes the format and up to three values."
        return case.error("unknown-helper", f"There is no function {name}.", why, fix)
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
    own = difflib.get_close_matches(name, declared.functions, 1, 0.75)
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


def _twice(case: Case, name: str) -> LabError:
    """A name that is declared a second time."""
    also = case.also("previous|declared here", "the first one")
    if tracepoint := re.fullmatch(r"tracepoint__(\w+?)__(\w+)", name):
        return _two_programs(case, name, *tracepoint.groups())
    table = name.removesuffix("_table_t")
    if table != name or name in case.declared.maps:
        message, fix = f"The map {table} is declared twice.", "Remove one of them, or rename it."
        place = [p for p in case.source.lines if re.search(rf"BPF_\w+\([^)]*\b{table}\b", p.text)]
        if len(place) > 1:
            also = [(place[0], "the first one")]
            return case.error("twice", message, "", fix, place=place[1], also=also)
        return case.error("twice", message, "", fix, also=also)
    note = case.fault.note("previous|declared here")
    if note and not note[1].place and note[1].file:
        return case.error(
            "twice",
            f"{name} is the name of something in the kernel's headers.",
            f"{note[1].file} declares it.",
            "Give yours another name.",
        )
    return case.error(
        "twice", f"{name} is declared twice.", "", "Remove one of them, or rename it.", also=also
    )


def _two_programs(case: Case, struct: str, category: str, event: str) -> LabError:
    takers = [one for one in case.declared.functions.values() if f"{struct} *" in one.parameters]
    called = [one for one in takers[:-1] if not one.static and _calls(case, one.name)]
    if called:  # BCC takes it for a program
        one = called[0]
        return case.error(
            "not-static",
            f"{one.name} is called by a program and is not static.",
            "BCC takes every function that is not static for a program, and two programs cannot "
            f"take struct {struct}.",
            f"Write static inline in front of {one.name}, and let it take void *ctx.",
            place=one.place,
        )
    return case.error(
        "two-programs",
        f"Two programs of one text take struct {struct}.",
        "BCC writes that struct's definition for each of them, so it is defined twice.",
        "Let only the attached program take it; a tail-call target takes void *ctx.",
        place=takers[1].place if len(takers) > 1 else None,
        also=[(takers[0].place, "the first one")] if len(takers) > 1 else [],
    )


def _calls(case: Case, name: str) -> bool:
    return any(called == name for called, _ in case.declared.calls())


def _conflict(case: Case, name: str) -> LabError:
    """Two declarations of one name that differ, or a definition below a call."""
    if helpers.find(name):
        return case.error(
            "twice",
            f"{name} is declared by the headers already.",
            "It is a helper of the kernel's.",
            "Remove this line.",
        )
    return _twice(case, name)


def _no_struct_word(case: Case, tag: str, name: str) -> LabError:
    return case.error("type-name", f"{name} is a {tag}.", "", f"Write {tag} {name}.")


RULES: Rules = (
    (r"implicitly declaring library function '(\w+)'", _c_library),
    (r"(?:implicit declaration of|call to undeclared)(?: library)? function '(\w+)'", _function),
    (r"use of undeclared identifier '([^']+)'", _undeclared),
    (r"^unknown type name '(\w+)'", _unknown_type),
    (r"must use '(\w+)' tag to refer to type '(\w+)'", _no_struct_word),
    (r"redefinition of (?:enumerator |parameter )?'(\w+)'", _twice),
    (
        r"conflicting types for '(\w+)'|static declaration of '(\w+)'",
        lambda c, a, b: _conflict(c, a or b),
    ),
)
