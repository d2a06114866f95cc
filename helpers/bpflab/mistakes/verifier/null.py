"""Pointers that may be NULL, or are."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.refusal import Refusal

_GIVES_NULL = {
    "bpf_map_lookup_elem": "A lookup gives NULL where the map has no entry of that key.",
    "bpf_ringbuf_reserve": "ringbuf_reserve gives NULL where the ring is full.",
}


def nullable(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the use of a pointer that was not compared with NULL."""
    return unchecked(refusal, f"R{found[1]}")


def calculated(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a pointer that may be NULL and is added or subtracted, as if it were the value."""
    register = f"R{found[1]}"
    code = refusal.step.code if refusal.step else ""
    if re.match(r"\(\w\w\) \w+ (?![+-]?=)\S+= ", code):
        return None  # clang 19 leaves out a check where NULL and a number give the same, as in * 3
    other = re.match(r"\(\w\w\) \w+ [+-]= r(\d+)", code)  # the kernel names the left side alone
    if other and "or_null" not in refusal.state(register):
        register = f"R{other[1]}"
    _, made = refusal.history(register)
    came, name = made_at(refusal, made), named(refusal, made)
    declared = ctext.variable(refusal.source, name, refusal.here) if name else None
    if not came or not declared or declared.is_pointer or declared.length:
        return unchecked(refusal, register)
    return refusal.error(
        "null-check",
        f"{name} is an address that may be NULL, and is used as a number.",
        why=f"{_GIVES_NULL.get(refusal.helper(made), '')} If it has one, the lookup gives the "
        "address of the value."
        if refusal.helper(made) == "bpf_map_lookup_elem"
        else _GIVES_NULL.get(refusal.helper(made), ""),
        fix=f"Declare {declared.type} *{name}, write if (!{name}) return 0; and read *{name}.",
        also=[(came, f"{name} gets the address here")],
    )


def unchecked(refusal: Refusal, register: str) -> LabError:
    """Return the fault of a register that may be NULL and is used."""
    _, made = refusal.history(register)
    came, name = made_at(refusal, made), named(refusal, made)
    if not name and came != refusal.here:  # on one line the call's value needs no name
        name = _used(refusal)
    if refusal.state(register).startswith("mem_or_null") and made < 0:
        return _argument(refusal, register)
    why = "The kernel would read or write address 0."
    return refusal.error(
        "null-check",
        f"{name} may be NULL, and is used without a check."
        if name
        else "A pointer that may be NULL is used without a check.",
        why=f"{_GIVES_NULL.get(refusal.helper(made), '')} {why}".strip(),
        fix=_check(name, came, refusal.here),
        also=[(came, f"{name or 'the pointer'} may be NULL from here on")]
        if not came or name in came.text
        else [(came, "this may be NULL")],
    )


def is_null(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a pointer that is NULL on this path: it was compared, and used all the same."""
    if refusal.state(register) not in ("0", "P0"):
        return None
    # The value may be a copy of what was compared: whatever was nullable and is 0 now.
    branch = next((at for at, name in rows if "or_null" in refusal.state(name, at)), -1)
    if branch < 0:
        return None
    came, name = made_at(refusal, made), named(refusal, made)
    checked = refusal.place(branch)
    return refusal.error(
        "null-check",
        f"{name or 'A pointer'} is used where it is NULL.",
        why=f"{_GIVES_NULL.get(refusal.helper(made), '')} The check still lets NULL reach this "
        "line.".strip(),
        fix=f"Return where it is NULL: if (!{name or 'p'}) return 0; or use it only inside if "
        f"({name or 'p'}) {{ … }}.",
        also=[(came, f"{name or 'it'} may be NULL"), (checked, "compared with NULL here")],
    )


def made_at(refusal: Refusal, made: int) -> Place | None:
    """Return the line of the call that made a value, or None."""
    return refusal.place(made) if made >= 0 and refusal.helper(made) else None


def named(refusal: Refusal, made: int) -> str:
    """Return the variable that the call at a step gives its value to, or nothing."""
    if not made_at(refusal, made):
        return ""
    text, call = refusal.text(made), refusal.call(made)
    if call and (
        found := re.search(rf"(\w+)\s*=[\s(]*(?:\w[\w *]*\)\s*)?{re.escape(call.shown)}\(", text)
    ):
        return found[1]
    return ctext.assigned(text)


def _used(refusal: Refusal) -> str:
    """Return the only pointer that the refused line follows, or nothing."""
    found = {a or b for a, b in re.findall(r"\*\s*([a-z_]\w*)|(\w+)->", refusal.text())}
    return found.pop() if len(found) == 1 else ""


def _check(name: str, came: Place | None, use: Place | None) -> str:
    if not name:
        return "Check it first, as in: if (!p) return 0;"
    if came and use and came.line < use.line:
        return f"Write between the two lines: if (!{name}) return 0;"
    return f"Check it first: if (!{name}) return 0;"


def _argument(refusal: Refusal, register: str) -> LabError:
    """Explain a pointer that a function of its own takes, which the verifier checks alone."""
    step = refusal.step
    taken = re.search(r"\(\w*\s*\w+[ *]+(\w+)", refusal.text()) if step is None else None
    text = refusal.text()
    name = next(iter(re.findall(r"\*\s*(\w+)|(\w+)->", text)), ("", ""))
    shown = "".join(name) or (taken[1] if taken else "the pointer")
    return refusal.error(
        "null-check",
        f"{shown} may be NULL, and is used without a check.",
        why="A function that is not static is verified alone, without its callers: any pointer "
        "that it takes may be NULL.",
        fix=f"Check it first: if (!{shown}) return 0; or make the function static.",
    )


def nullable_argument(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a pointer that may be NULL and is given to a function."""
    return unchecked(refusal, f"R{int(found[1]) + 1}")


RULES = (
    (r"^R(\d+) invalid mem access '\w*_or_null\w*'", nullable),
    (r"^R(\d+) pointer arithmetic on \w*_or_null\w* prohibited", calculated),
    (r"^Possibly NULL pointer passed to trusted arg(\d+)", nullable_argument),
    (r"^Possibly NULL pointer passed to helper arg(\d+)", nullable_argument),
)
