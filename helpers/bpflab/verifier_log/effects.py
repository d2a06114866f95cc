"""What an instruction changes although the verifier's log does not mention it."""

from __future__ import annotations

import re

from bpflab.verifier_log.state import State

_CLOBBERED = ("R0", "R1", "R2", "R3", "R4", "R5")
_CALLED = re.compile(r"call ([\w-]+)")
# Whatever gives a reference back: helpers by name, kernel functions by the ends of theirs.
_RELEASES = re.compile(
    r"bpf_(?:ringbuf_(?:submit|discard)(?:_dynptr)?|sk_release)$|_(?:release|put|drop|destroy)$"
)
_MAP_SIZES = re.compile(r"map_ptr\(.*ks=(\d+),vs=(\d+)")
_STACK = re.compile(r"fp(-\d+)")
_REFERENCE = re.compile(r"\b(?:ref_obj_id|ref_id)=(\d+)")
_ID = re.compile(r"(?<![_\w])id=(\d+)")


def is_call(code: str) -> bool:
    """Say whether an instruction calls a helper or a function."""
    return code.startswith("(85)")


def is_exit(code: str) -> bool:
    """Say whether an instruction ends the program or a function of it."""
    return code.startswith("(95)")


def after_call(code: str, before: State) -> State:
    """Return *before* without what a call takes away: R0 to R5, and what it gives back.

    Every copy of a pointer that is submitted, discarded or released ends with it
    (release_reference in kernel/bpf/verifier.c); none of them is marked as changed.
    """
    gone = set(_CLOBBERED)
    called = _CALLED.search(code)
    if called and _RELEASES.search(called[1]):
        first = before.get("R1", "")
        held = _reference(first)
        gone |= {name for name, known in before.items() if held and _reference(known) == held}
    return {name: known for name, known in before.items() if name not in gone}


def after_reading(before: State) -> State:
    """Return *before* a call, with what a helper reads from the stack as bytes that are written.

    Linux up to 6.7 forgets there which bytes are zero and which number they are, and does not
    print it (check_stack_range_initialized in kernel/bpf/verifier.c).
    """
    found = dict(before)
    sizes = _MAP_SIZES.search(before.get("R1", ""))
    for number in range(1, 6):
        pointer = _STACK.fullmatch(before.get(f"R{number}", ""))
        if not pointer:
            continue
        size = before.get(f"R{number + 1}", "")
        if sizes and number in (2, 3) and sizes[number - 1] != "0":  # a ring has no keys
            size = sizes[number - 1]
        start = int(pointer[1])
        for address in range(start, min(start + int(size), 0) if size.isdigit() else start):
            slot = address - address % 8
            known = found.get(f"fp{slot}", "")
            if (known.isdigit() and len(known) != 8) or known.startswith("-"):
                known = "mmmmmmmm"
            at = slot + 7 - address
            if len(known) == 8 and known[at] == "0":
                found[f"fp{slot}"] = f"{known[:at]}m{known[at + 1 :]}"
            elif known:
                found[f"fp{slot}"] = known
    return found


def _reference(known: str) -> str:
    found = _REFERENCE.search(known)
    if not found and known.startswith("ringbuf_mem("):  # Linux 7.3 has one number for both
        found = _ID.search(known)
    return found[1] if found else ""
