"""Python values as the bytes of a map's key or value, and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from bpflab import layout
from bpflab.errors import LabError
from bpflab.text import safe_text


def pack(value: Any, dtype: np.dtype[Any], name: str) -> bytes:
    """Return *value* as the bytes of one *dtype*, zero-padded; never truncated.

    Raises:
        LabError: ``too-long`` or ``map-write``, with the map's *name*.
    """
    item = np.zeros((), dtype)
    names = layout.fields(dtype)
    if isinstance(value, str | bytes):
        raw = os.fsencode(value) if isinstance(value, str) else value
        room = dtype.itemsize
        if len(names) > 1 or (not names and not dtype.shape and dtype.kind != "S"):
            raise LabError("map-write", f"{name} takes numbers here, not {shown(value)}.")
        if len(raw) > room:
            raise LabError(
                "too-long",
                f"{shown(value)} has {len(raw)} bytes; {name} has room for {room}.",
                why="A key is compared whole: a cut one would stand for another path.",
            )
        return raw.ljust(room, b"\0")
    try:
        if isinstance(value, Mapping):
            for field, part in value.items():
                item[field] = part
        elif len(names) == 1 and not isinstance(value, tuple):
            item[names[0]] = value
        else:
            item[...] = value
    except (ValueError, TypeError, OverflowError, IndexError) as error:
        raise LabError("map-write", f"{shown(value)} does not fit {name}: {error}.") from None
    return item.tobytes()


def unpack(raw: bytes, dtype: np.dtype[Any]) -> Any:
    """Return the number, the bytes of a lone string, or the dict of fields that *raw* holds."""
    if dtype.subdtype:
        return raw
    item = np.frombuffer(raw, dtype)[0]
    if not dtype.names:
        return item.item()
    names = layout.fields(dtype)
    if len(names) == 1 and dtype[names[0]].kind == "S":
        return item[names[0]]
    return {name: item[name].tolist() for name in names}


def columns(raw: bytes, dtype: np.dtype[Any], alone: str) -> dict[str, Any]:
    """Return the cells for *raw*: a bare number goes under *alone*, a string ends at its NUL."""
    value = unpack(raw, dtype)
    if not isinstance(value, dict):
        names = layout.fields(dtype)
        value = {names[0] if names else alone: value}
    return {k: _text(v) if isinstance(v, bytes) else v for k, v in value.items()}


def _text(raw: bytes) -> str:
    return safe_text(raw.split(b"\0", 1)[0])


def shown(value: Any) -> str:
    """Return a key or value as it is quoted in a message."""
    return safe_text(value, 60) if isinstance(value, str | bytes) else safe_text(repr(value), 60)
