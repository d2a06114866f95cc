"""Python values as the bytes of a map's key or value, and back."""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bpflab.data import layout
from bpflab.errors import LabError
from bpflab.text import safe_text


def pack(value: Any, dtype: np.dtype[Any], name: str) -> bytes:
    """Return *value* as the bytes of one *dtype*: strings padded with zeros, nothing ever altered.

    Raises:
        LabError: ``too-long`` or ``map-write``, with the map's *name*: a string is never cut, a
            number never wrapped or rounded, a single one never spread over an array.
    """
    if dtype.names is not None:
        return _struct(value, dtype, name)
    if dtype.kind == "S" or (dtype.subdtype and isinstance(value, str | bytes)):
        return _string(value, dtype, name)
    if dtype.subdtype:
        return _array(value, dtype, name)
    try:
        number = operator.index(value)
        least, most = (0, 1) if dtype.kind == "b" else _range(dtype)
        if least <= number <= most:
            return np.array(number, dtype).tobytes()
    except TypeError:
        pass
    raise _unfit(value, dtype, name)


def _struct(value: Any, dtype: np.dtype[Any], name: str) -> bytes:
    names = layout.fields(dtype)
    if not isinstance(value, Mapping):
        if isinstance(value, tuple) and len(value) == len(names):
            value = dict(zip(names, value, strict=True))
        elif len(names) == 1:
            value = {names[0]: value}
        else:
            raise _unfit(value, dtype, name)
    out = bytearray(dtype.itemsize)
    for field, part in value.items():
        if field not in names:
            known = ", ".join(names)
            raise LabError("map-write", f"{name} has no field {shown(field)}, but {known}.")
        inner, offset = (dtype.fields or {})[field][:2]
        out[offset : offset + inner.itemsize] = pack(part, inner, name)
    return bytes(out)


def _array(value: Any, dtype: np.dtype[Any], name: str) -> bytes:
    base, shape = dtype.subdtype or (dtype, (1,))
    one = np.dtype((base, shape[1:])) if shape[1:] else base
    if not isinstance(value, Sequence | np.ndarray) or len(value) != shape[0]:
        raise _unfit(value, dtype, name)
    return b"".join(pack(part, one, name) for part in value)


def _string(value: Any, dtype: np.dtype[Any], name: str) -> bytes:
    if not isinstance(value, str | bytes) or (dtype.subdtype and dtype.base.itemsize != 1):
        raise _unfit(value, dtype, name)
    try:
        raw = os.fsencode(value)
    except UnicodeEncodeError:
        raise _unfit(value, dtype, name) from None
    room = dtype.itemsize
    if len(raw) > room:
        raise LabError(
            "too-long",
            f"{shown(value)} has {len(raw)} bytes; {name} has room for {room}.",
            why="A key is compared whole: a cut one would stand for another path.",
        )
    return raw.ljust(room, b"\0")


def unterminated(raw: bytes, dtype: np.dtype[Any]) -> str:
    """Return the name of a ``char[]`` field of *raw* that holds no NUL, or nothing."""
    known: Mapping[str, Any] = dtype.fields or {}
    for name in layout.fields(dtype) if known else ():
        inner, offset = known[name][:2]
        if inner.kind == "S" and b"\0" not in raw[offset : offset + inner.itemsize]:
            return name
    return ""


def _range(dtype: np.dtype[Any]) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def _unfit(value: Any, dtype: np.dtype[Any], name: str) -> LabError:
    wanted = ", ".join(layout.fields(dtype)) if dtype.names else str(dtype)
    given = safe_text(repr(value), 60)  # in quotes where it is a string: '1' is no number
    return LabError("map-write", f"{given} does not fit {name}, which takes {wanted}.")


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
