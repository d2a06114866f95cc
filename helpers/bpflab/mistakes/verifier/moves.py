"""Where the value of a register or a stack slot was before an instruction."""

from __future__ import annotations

import re

_MOVE = re.compile(r"\(\w\w\) [rw](\d+) = (?:\([su]\d+\))?[rw](\d+)$")
_LOAD = re.compile(r"\(\w\w\) [rw](\d+) = \*\([su]\d+ \*\)\(r(\d+) ?([+-]\d+)\)")
_STORE = re.compile(r"\(\w\w\) \*\(([su]\d+) \*\)\(r10 ?(-\d+)\) = (?:[rw](\d+)|.+)$")
_SET = re.compile(r"\(\w\w\) [rw](\d+) = ")
_CALL = re.compile(r"\(85\) call (\w[\w-]*)#")


def came_from(code: str, name: str) -> str:
    """Return where the value of *name* was before an instruction; nothing if that made it."""
    if name.startswith("R"):
        if _CALL.match(code) or code.startswith("(85)"):
            return "" if name in ("R0", "R1", "R2", "R3", "R4", "R5") else name
        if (move := _MOVE.match(code)) and name == f"R{move[1]}":
            return f"R{move[2]}"
        if (load := _LOAD.match(code)) and name == f"R{load[1]}":
            return f"fp{load[3]}" if load[2] == "10" and "u64" in code else ""
        made = _SET.match(code)
        return "" if made and name == f"R{made[1]}" else name
    store = _STORE.match(code)
    if not store:
        return name
    slot, to = int(name[2:]), int(store[2])
    if store[1] == "u64" and slot == to:
        return f"R{store[3]}" if store[3] else ""
    return "" if slot <= to < slot + 8 else name


def helper_of(code: str) -> str:
    """Return the helper that an instruction calls, or nothing."""
    found = _CALL.match(code)
    return found[1] if found else ""
