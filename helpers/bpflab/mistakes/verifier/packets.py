"""Packets: what is read behind the end, or was moved."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.verifier.context import type_of
from bpflab.mistakes.verifier.refusal import Refusal


def packet(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a read behind what was compared with the packet's end."""
    offset, size, register = int(found[1]), int(found[2]), f"R{found[3]}"
    checked = int(found[4])
    state = refusal.state(register)
    ends = offset + size
    moving = bool(re.search(r"[su]max=|var_off", state))
    name = _packet_pointer(refusal)
    if not moving and checked and not refusal.call() and _added(refusal, register):
        kept = name or "p"
        return refusal.error(
            "packet",
            f"Byte {offset} of the packet is read, at an address that a variable was added to; "
            f"only the first {checked} bytes were compared with its end.",
            why="The verifier compares each address alone with data_end. It does not know that a "
            "number stays below another one that was compared before, nor what == says of an end.",
            fix=(f"Compare {name}" if name else "Keep the sum in a pointer p, and compare p")
            + f" just before it is read: if ((void *)({kept} + 1) > {_end(refusal)}) "
            + ("break;" if _in_a_loop(refusal) else _leave(refusal)),
        )
    last, leave = _end(refusal), _leave(refusal)
    if moving:
        return refusal.error(
            "packet",
            "The packet is read at an offset that comes from the packet, without a check.",
            why="After a number was added to a pointer, the sum must be compared with data_end.",
            fix=f"Compare it before it is used: if ((void *)({name} + 1) > {last}) {leave}"
            if name
            else "Keep the sum in a pointer p, and compare that before it is used: "
            f"if ((void *)(p + 1) > {last}) {leave}",
        )
    if name and not refusal.call():
        compare = f"if ((void *)({name} + 1) > {last}) {leave}"
    else:
        start = re.search(r"\b(\w+)\s*=[^;=]*->\s*data\b", refusal.source.code)
        compare = f"if ({start[1] if start else 'data'} + {ends} > {last}) {leave}"
    return refusal.error(
        "packet",
        (
            f"Bytes {offset} to {ends - 1} of the packet are read; "
            if size > 1
            else f"Byte {offset} of the packet is read; "
        )
        + (
            f"only the first {checked} were compared with its end."
            if checked
            else "nothing was compared with its end."
        ),
        why="A packet may be shorter. The verifier must see a comparison with data_end on the "
        "way here.",
        fix=f"Compare first: {compare}",
    )


def _packet_pointer(refusal: Refusal) -> str:
    """Return the pointer that the refused line reads through: ``eth`` of ``eth->h_proto``."""
    text = refusal.text()
    found = set(re.findall(r"\b(\w+)->", text)) - {"ctx", "skb"}
    if not found:
        found = {
            name
            for name in re.findall(r"\*\s*(\w+)\b(?!\s*\))", text)
            if _is_pointer(refusal, name)
        }
    return found.pop() if len(found) == 1 else ""


def _is_pointer(refusal: Refusal, name: str) -> bool:
    declared = refusal.declared(name)
    return bool(declared and declared.is_pointer)


def _added(refusal: Refusal, register: str) -> bool:
    """Say whether a register was added to the pointer on the way: a number that may grow."""
    rows, _ = refusal.history(register)
    codes = [refusal.walk.steps[at].code for at, _ in rows]
    return any(re.match(r"\(\w\w\) r\d+ \+= r\d+", code) for code in codes)


def _in_a_loop(refusal: Refusal) -> bool:
    insns = {refusal.walk.steps[at].insn for at in refusal.way()}
    return refusal.walk.steps[-1].insn in insns


def _end(refusal: Refusal) -> str:
    end = re.search(r"\b(\w+)\s*=[^;=]*->\s*data_end\b", refusal.source.code)
    return end[1] if end else "(void *)(long)ctx->data_end"


def _leave(refusal: Refusal) -> str:
    return "return XDP_PASS;" if type_of(refusal) == "xdp" else "return 0;"


RULES = (
    (
        r"^invalid access to packet, off=(-?\d+) size=(\d+), R(\d+)\(id=\d+,off=-?\d+,r=(\d+)\)",
        packet,
    ),
)
