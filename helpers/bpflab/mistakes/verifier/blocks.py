"""Accesses behind the end of a map's value, a record or another block of a known size."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.indices import array_of, outside, pointer_of
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.mistakes.verifier.sizes import is_constant, of_helper, plain_name
from bpflab.text import counted

_STARTS = {"map value": "a value of the map", "map key": "a key of the map", "memory": "memory"}


def value(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access beyond a map's value, a record or another block of a known size."""
    what, has, offset, size = found[1], int(found[2]), int(found[3]), int(found[4])
    register = re.search(r"^R(\d+) (?:min|max) value is outside", refusal.walk.message, re.M)
    named = f"R{register[1]}" if register else pointer_of(refusal)
    if not is_constant(refusal.state(named)) or (register and "max value" in register[0]):
        return outside(refusal, named, has)
    call = refusal.call()
    block = _block(refusal, named, what)
    if call:
        where = (
            f"It begins at byte {offset} of {block}, which has {counted(has)}."
            if offset
            else f"{block[0].upper()}{block[1:]} has {counted(has)}."
        )
        return of_helper(refusal, call, named, size, has - offset, where)
    array = array_of(refusal)
    if array and (number := ctext.number(refusal.source, array[1])) >= array[2] > 0:
        name, index, length = array[0], str(number), array[2]
        declared = refusal.declared(name)
        return refusal.error(
            "bounds",
            f"{name}[{index}] is behind the end of {name}, which has {counted(length, 'element')}.",
            why=f"It would be byte {offset} of {block}, which has {counted(has)}.",
            fix=f"Use an index from 0 to {length - 1}, or declare more elements.",
            also=[(declared.place, f"{name} is declared here")] if declared else [],
        )
    if built := _built_in(refusal, block, has):
        return built
    if any(refusal.walk.steps[at].insn == refusal.walk.steps[-1].insn for at in refusal.way()):
        return _loop(refusal, block, has, size)
    wide = re.search(r"sz=(\d+)", refusal.state(named))
    _, made = refusal.history(named)
    reserve = refusal.call(made) if made >= 0 else None
    if wide and reserve and reserve.helper == "bpf_ringbuf_reserve":
        given = reserve.arguments.get("R2", "")
        name = ctext.assigned(refusal.text(made)) or "e"
        pointer = given.replace(" ", "") == f"sizeof({name})"
        return refusal.error(
            "bounds",
            f"{counted(size)} at byte {offset} of a record of {counted(has)}.",
            why=f"{given} is the size of the pointer: {has} bytes were reserved."
            if pointer
            else f"{has} bytes were reserved.",
            fix=f"Reserve the size of what {name} points to: sizeof(*{name}).",
            also=[(refusal.place(made), f"{has} bytes are reserved here")],
        )
    return refusal.error(
        "bounds",
        f"{counted(size)} at byte {offset} of {block}, which has {counted(has)}.",
        why="The verifier knows the size of the memory that a pointer points to.",
        fix="Declare it as large as what goes into it, or use a smaller offset.",
    )


def _built_in(refusal: Refusal, block: str, has: int) -> LabError | None:
    """Explain a __builtin_memcpy or the like whose size is too large."""
    found = ctext.calls(refusal.text(), r"__builtin_mem(?:cpy|set|move)|mem(?:cpy|set|move)")
    if len(found) != 1 or len(found[0][1]) != 3:
        return None
    name, (to, _, size) = found[0]
    plain = plain_name(to)
    declared = refusal.declared(plain) if plain else None
    star = "*" if declared and declared.is_pointer else ""
    return refusal.error(
        "bounds",
        f"{name} reads or writes {size} bytes of {plain or 'memory'}.",
        why=f"{block[0].upper()}{block[1:]} has {counted(has)}.",
        fix=f"Give the size of the smaller of the two: sizeof({star}{plain})."
        if plain
        else "Give the size of the smaller of the two.",
    )


def _loop(refusal: Refusal, block: str, has: int, size: int) -> LabError:
    """Explain a loop that goes behind the end of its memory."""
    return refusal.error(
        "bounds",
        f"A loop goes behind the end of {block}, which has {counted(has)}.",
        why="The verifier follows the loop round by round, and nothing ends it before that.",
        fix=f"Bound the loop by the length: for (int i = 0; i < {has // size}; i++), and leave it "
        "with break where it should end sooner.",
    )


def forbidden(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access that the map's flags forbid."""
    write = found[1] == "write into"
    state = refusal.state("R1") + refusal.state(pointer_of(refusal))
    map = re.search(r"map=([\w.]+)", state)
    if map and map[1].endswith(".rodata"):
        return refusal.error(
            "read-only",
            "A constant of the program is written to.",
            why="A constant may be set before the program is loaded, and not by the program.",
            fix="Declare it without const.",
        )
    flag = "BPF_F_RDONLY_PROG" if write else "BPF_F_WRONLY_PROG"
    return refusal.error(
        "read-only" if write else "write-only",
        f"A program may not {'write into' if write else 'read from'} "
        f"{map[1] if map else 'this map'}.",
        why=f"The map was made with the flag {flag}: only user space may do that.",
        fix=f"Make the map without {flag}.",
    )


def _block(refusal: Refusal, register: str, what: str) -> str:
    found = re.search(r"map=([\w.]+)", refusal.state(register))
    name = found[1] if found else ""
    if not name and what == "map value":  # Linux 6.1 names no map in a register; the lookup does
        _, made = refusal.history(register)
        looked_up = refusal.call(made)
        name = looked_up.map if looked_up else ""
    if name:
        return f"{_STARTS.get(what, what)} {name}"
    if re.match(r"(?:ringbuf|alloc)_mem", refusal.state(register)):
        return "the reserved record"
    return "the map's value" if what == "map value" else f"the {what}"


RULES = (
    (
        r"^invalid access to (map value|map key|memory), \w+=(\d+) off=(-?\d+) size=(\d+)",
        value,
    ),
    (r"^(write into|read from) map forbidden", forbidden),
)
