"""A state as the verifier prints it: registers and stack slots, and what is known of each."""

from __future__ import annotations

import re
from collections.abc import Mapping

State = Mapping[str, str]
"""What is known, by the name of a register or a slot: ``R0``, ``fp-8``."""

_KNOWN = re.compile(
    r"(R\d+|fp-\d+)(?:_[A-Za-z]+)?=(.*?)"
    r"(?=\s+(?:R\d+|fp-\d+)(?:_[A-Za-z]+)?=|\s+refs=|\s+(?:async_)?cb\b|\s*$)"
)
_FRAME = re.compile(r"\s*frame(\d+): *")


def read_state(text: str) -> State:
    """Return what a printed state knows: ``R1=ctx() fp-8=mmmm????``."""
    return {found[1]: found[2] for found in _KNOWN.finditer(text)}


def frame_of(text: str) -> int | None:
    """Return the frame that a printed state is of, or None where it has none."""
    if found := _FRAME.match(text):
        return int(found[1])
    return 0 if _KNOWN.search(text) else None
