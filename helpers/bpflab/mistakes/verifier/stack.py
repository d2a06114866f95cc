"""Accesses to the stack: outside of a variable, or of what was never written."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.indices import array_of, outside
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.mistakes.verifier.sizes import of_helper, plain_name
from bpflab.text import counted


def stack(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access to the stack by bytes that are not of the variable, or never written."""
    way, register, offset, size = found[1] or "", f"R{found[2]}", int(found[3]), int(found[4])
    call = refusal.call()
    if call:
        rest = f"The program's variables have {-offset} bytes from there on."
        return of_helper(refusal, call, register, size, -offset, rest)
    array = array_of(refusal)
    verb = "written" if "write" in way else "read"
    if array and (offset >= 0 or offset + size > 0):
        name, index, length = array
        declared = refusal.declared(name)
        return refusal.error(
            "bounds",
            f"{name}[{index}] is {verb} behind the end of {name}"
            + (f", which has {counted(length, 'element')}." if length > 0 else "."),
            why=f"The verifier follows {index} up to here, and nothing keeps it below the length."
            if not index.isdigit()
            else f"The last element has the index {length - 1}.",
            fix=f"Use an index from 0 to {length - 1}."
            if index.isdigit() and length > 0
            else f"Compare it first in the same condition: {index} < sizeof({name}) && …",
            also=[(declared.place, f"{name} is declared here")] if declared else [],
        )
    if offset >= 0 or offset + size > 0 or offset < -512:
        return refusal.error(
            "bounds",
            f"{size} bytes are {verb} outside of the program's variables.",
            why=f"The program's stack has 512 bytes, and byte {offset} from its end is not one of "
            "them.",
            fix="Check the index and the size on this line.",
        )
    return _never_written(refusal, register, size)


def stack_partly(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain stack memory of which some bytes were never written."""
    register, size = f"R{found[1] or 0}", int(found[2])
    return _never_written(refusal, register, size)


def stack_index(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an index into a variable that may be any number."""
    return outside(refusal, f"R{found[1]}")


def _never_written(refusal: Refusal, register: str, size: int) -> LabError:
    """Explain stack memory that is read and was never written, or not wholly."""
    call = refusal.call()
    name = plain_name(call.arguments.get(register, "")) if call else ""
    declared = ctext.variable(refusal.source, name, refusal.here) if name else None
    own = declared.bytes if declared else 0
    if call and own and size > own and call.helper.startswith("bpf_map_"):
        return of_helper(refusal, call, register, size, own, f"{name} has {counted(own)}.")
    struct = declared and not declared.size
    return refusal.error(
        "uninitialised",
        f"{name or 'Memory'} is read, and not all of its {size} bytes were written."
        if name
        else "Memory is read that was never written.",
        why="The stack still holds bytes of other code, and the kernel does not let a program "
        "read them. A struct may have bytes between its fields, which are read too."
        if struct or not declared
        else (
            "The stack still holds bytes of other code, and the kernel does not let a program "
            "read them."
        ),
        fix=f"Clear it where it is declared: {name or 'x'} = {{}}; that clears a struct with its "
        "padding. A number takes = 0."
        if not declared or not declared.size
        else f"Give it a value where it is declared: {name} = {'{}' if declared.length else '0'}.",
        also=[(declared.place, "declared here")] if declared else [],
    )


RULES = (
    (
        r"^invalid (write to|read from|indirect access to)? ?stack R(\d+) off=(-?\d+) size=(\d+)",
        stack,
    ),
    (r"^invalid (?:indirect )?read from stack (?:R(\d+) )?off -?\d+\+\d+ size (\d+)", stack_partly),
    (
        r"^invalid (?:unbounded )?variable-offset(?: \w+)*? (?:to |from )?stack R(\d+)",
        stack_index,
    ),
)
