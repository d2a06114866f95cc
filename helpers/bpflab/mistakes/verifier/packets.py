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
    end = re.search(r"\b(\w+)\s*=[^;=]*->\s*data_end\b", refusal.source.code)
    last = end[1] if end else "(void *)(long)ctx->data_end"
    leave = "return XDP_PASS;" if type_of(refusal) == "xdp" else "return 0;"
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
    found = set(re.findall(r"\b(\w+)->", refusal.text())) - {"ctx", "skb"}
    return found.pop() if len(found) == 1 else ""


RULES = (
    (
        r"^invalid access to packet, off=(-?\d+) size=(\d+), R(\d+)\(id=\d+,off=-?\d+,r=(\d+)\)",
        packet,
    ),
)
