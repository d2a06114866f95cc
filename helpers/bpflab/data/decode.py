"""Events as people read them: a structured array becomes a DataFrame."""

from __future__ import annotations

import errno
from typing import Any

import numpy.typing as npt
import pandas as pd

from bpflab.text import safe_text


def decode(events: npt.NDArray[Any], utc_offset_ns: int | npt.NDArray[Any]) -> pd.DataFrame:
    """Return *events* as a DataFrame, a row each, in the same order.

    ``ktime_ns`` becomes ``time`` (UTC), *utc_offset_ns* after CLOCK_MONOTONIC, and is missing (NaT)
    where the program left it 0. A ``char[]`` field X is text without hidden characters; where the
    struct has ``X_len``, ``X_status`` says ``whole``, ``cut`` or ``unreadable``, and ``X_bytes``
    keeps the bytes as they were. Other fields stay numbers.
    """
    names = events.dtype.names or ()
    columns: dict[str, Any] = {}
    strings = {name for name in names if events.dtype[name].kind == "S"}
    for name in names:
        if name == "ktime_ns":
            utc = events[name].astype("i8") + utc_offset_ns
            times = pd.Series(pd.to_datetime(utc, unit="ns", utc=True))
            columns["time"] = times.where(events[name] != 0)
        elif name.endswith("_len") and name.removesuffix("_len") in strings:
            columns.setdefault(name, None)  # keeps its place; the string fills it
        elif events.dtype[name].kind != "S":
            columns[name] = list(events[name]) if events[name].ndim > 1 else events[name]
        elif f"{name}_len" in names:
            columns |= _string(name, events[name], events[f"{name}_len"])
        else:
            columns[name] = [text_of(raw) for raw in events[name].tolist()]
    return pd.DataFrame(columns)


def text_of(raw: bytes) -> str:
    """Return a C string's text: what stands before the first NUL."""
    return safe_text(raw.split(b"\0", 1)[0])


def _string(name: str, raw: npt.NDArray[Any], lengths: npt.NDArray[Any]) -> dict[str, Any]:
    room = raw.dtype.itemsize
    texts, kept, states = [], [], []
    lengths = lengths.view(f"i{lengths.itemsize}")  # an errno is below zero, whatever C says
    for value, length in zip(raw.tolist(), lengths.tolist(), strict=True):
        if length < 0:
            code = errno.errorcode.get(-length, str(length))
            texts.append(f"(unreadable: {code})")
            kept.append(b"")
            states.append("unreadable")
        else:
            read = value.ljust(room, b"\0")[: max(min(length, room) - 1, 0)]
            texts.append(safe_text(read))
            kept.append(read)
            states.append("cut" if length > room else "whole")
    return {name: texts, f"{name}_len": lengths, f"{name}_status": states, f"{name}_bytes": kept}
