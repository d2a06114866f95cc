"""Buffers in lines, as a hex dump has them: what each line holds, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bpflab.views.origins import MEANINGS, WORD, leftovers_start

# A sign for each origin, that needs no style at all.
SIGNS = {"string": "s", "nul": "0", "zeroed": "z", "left over": "#", "never written": "."}


class Line(NamedTuple):
    """Some bytes from *offset* on, or, where there is a *note*, words in their place."""

    offset: int
    value: bytes
    origins: Sequence[str]
    note: str = ""

    def groups(self) -> Iterator[tuple[bytes, Sequence[str]]]:
        """The bytes and origins of each word."""
        for at in range(0, len(self.value), WORD):
            yield self.value[at : at + WORD], self.origins[at : at + WORD]

    @property
    def hex(self) -> str:
        """The bytes, a bar between words."""
        return " | ".join(value.hex(" ") for value, _ in self.groups())

    @property
    def chars(self) -> str:
        """The bytes as ASCII."""
        return printable(self.value)

    @property
    def signs(self) -> list[str]:
        """The signs of each word's origins."""
        return ["".join(SIGNS[origin] for origin in part) for _, part in self.groups()]


def dumped(value: bytes, origins: Sequence[str], width: int, rows: int) -> Iterator[Line]:
    """Return *value* in lines of *width* bytes, at most *rows*, and one that counts the rest."""
    every = [
        Line(at, value[at : at + width], origins[at : at + width])
        for at in range(0, len(value), width)
    ]
    lines: list[Line] = []
    for same, run in groupby(every, _alike):
        found = list(run)
        if same is None or len(found) == 1:
            lines += found
            continue
        count = sum(len(line.value) for line in found)
        note = f"… {counted(count)}, each {same[0]:02x}, {same[1]}"
        lines.append(Line(found[0].offset, b"", (), note))
    shown = len(lines) if len(lines) <= rows + 1 else max(rows, 0)
    yield from lines[:shown]
    if rest := lines[shown:]:
        hidden = Counter(origins[rest[0].offset :])
        what = ", ".join(f"{hidden[origin]} {origin}" for origin in MEANINGS if hidden[origin])
        note = f"… {counted(hidden.total())} not shown: {what}"
        yield Line(rest[0].offset, b"", (), note)


def _alike(line: Line) -> tuple[int, str] | None:
    """Return the one byte and origin that the whole line has, if so."""
    pairs = set(zip(line.value, line.origins, strict=True))
    return pairs.pop() if len(pairs) == 1 else None


def summary(origins: Sequence[str]) -> str:
    """Return a sentence about a buffer: how long its string is, and where left overs are."""
    count = Counter(origins)
    said = [f"{counted(count['string'])} of this string"]
    if count["nul"]:
        said.append(f"NUL at {list(origins).index('nul')}")
    elif count["string"]:
        said.append("no NUL")
    elif count["zeroed"]:
        said.append(f"{count['zeroed']} zeroed")
    start = leftovers_start(origins)
    if start is None:
        return ", ".join([*said, "nothing left over"])
    last = max(at for at, origin in enumerate(origins) if origin == "left over")
    return ", ".join([*said, f"left over from offset {start} to {last}"])


def counted(count: int) -> str:
    """Return *count* with its unit."""
    return f"{count} byte{'s' * (count != 1)}"


def printable(value: bytes) -> str:
    """Return *value* as ASCII, a dot for what has no picture there."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in value)
