"""Types that are not there, or lack their `struct`."""

from __future__ import annotations

import difflib
import re

from bpflab.errors import LabError, Place
from bpflab.mistakes.compiler.case import Case, Rules, meant

_SHORT = "u8 u16 u32 u64 s8 s16 s32 s64"
_BCC_TYPES = f"{_SHORT} __u8 __u16 __u32 __u64 uint8_t uint16_t uint32_t uint64_t int32_t int64_t "
_BCC_TYPES += "size_t bool pid_t uid_t char int short long unsigned struct union enum void const"
_LIBBPF_TYPES = "__u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 char int short long unsigned struct "
_LIBBPF_TYPES += "union enum void const static"
_NO_STRING = "C has no strings: write a char array, as in char name[16];"
STRINGS = ("string", "String", "str", "std")


def unknown_type(case: Case, name: str) -> LabError:
    """Return the refusal of *name* as a type."""
    message = f"There is no type {name}."
    if name in case.declared.structs:
        below = case.declared.below(name, case.fault.place)
        if below:
            return used_above(case, name, below)
        return case.error("type-name", message, "", f"Write struct {name}.")
    if name.startswith("tracepoint__"):
        return case.error("type-name", message, "", f"Write struct {name}.")
    if name in STRINGS:
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
        header = "stdbool.h" if name == "bool" else "stddef.h"
        fix = f"Write #include <{header}> at the beginning."
        return case.error("type-name", message, "It is declared in a header.", fix)
    known = (_BCC_TYPES if case.bcc else _LIBBPF_TYPES).split()
    close = difflib.get_close_matches(name.lower(), [*known, *case.declared.structs], 2, 0.7)
    if not close and name.isupper():
        return case.error("type-name", message, "", placeholder(name))
    fix = meant(close) or f"Whole numbers are {_SHORT}."
    return case.error("type-name", message, "", fix)


def placeholder(name: str) -> str:
    """Return what to try for a name in capitals, which a tool may fill in."""
    return (
        f"Write #define {name} with its value. If the text is of a tool that fills in {name}, "
        "write what the tool puts there."
    )


def used_above(case: Case, name: str, below: Place) -> LabError:
    """Return the refusal of a name that is declared further down, at *below*."""
    function = name in case.declared.functions
    return case.error(
        "undeclared" if not function else "unknown-helper",
        f"{name} is used above its declaration.",
        "C reads a text from top to bottom: a name must be declared above its first use.",
        f"Move {f'the function {name}' if function else f'the declaration of {name}'} up, above "
        "this function.",
        also=[(below, f"{name} is declared here")],
    )


def _no_struct_word(case: Case, tag: str, name: str) -> LabError:
    return case.error("type-name", f"{name} is a {tag}.", "", f"Write {tag} {name}.")


RULES: Rules = (
    (r"^unknown type name '(\w+)'", unknown_type),
    (r"must use '(\w+)' tag to refer to type '(\w+)'", _no_struct_word),
)
