"""Python values as the bytes of a map's keys and values, and back."""

from __future__ import annotations

import contextlib
import operator
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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
    with contextlib.suppress(TypeError, OverflowError):
        number = operator.index(value)
        if dtype.kind != "b" or number in (0, 1):
            return np.array(number, dtype).tobytes()
    raise _unfit(value, dtype, name)


def _struct(value: Any, dtype: np.dtype[Any], name: str) -> bytes:
    names = dtype.names or ()
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
            why=(
                "The kernel compares every byte of a key: a shortened key would stand for "
                "another path."
            ),
        )
    return raw.ljust(room, b"\0")


def pack_key(key: Any, dtype: np.dtype[Any], name: str) -> bytes:
    """Return *key* as `pack` does, unless a string in it fills its field, and so has no NUL.

    Raises:
        LabError: as `pack` does; ``too-long`` for such a string, which no program could find.
    """
    raw = pack(key, dtype, name)
    fields: Mapping[str, Any] = dtype.fields or {}
    for field, (inner, offset, *_) in fields.items():
        if inner.kind == "S" and b"\0" not in raw[offset : offset + inner.itemsize]:
            text = f"{shown(key)} fills all {inner.itemsize} bytes of {field}, so {name} could"
            raise LabError(
                "too-long",
                f"{text} never match it.",
                why="The kernel ends every string that it copies with a NUL, within the buffer.",
                fix=f"Use at most {inner.itemsize - 1} bytes.",
            )
    return raw


def pack_all(values: Sequence[Any], dtype: np.dtype[Any]) -> bytes | None:
    """Return all *values* as bytes at once: plain numbers, or short strings; None for others."""
    names = dtype.names or ()
    inner = dtype[names[0]] if len(names) == 1 else dtype
    kinds = set(map(type, values))
    packed = np.zeros(len(values), dtype)
    cells = packed[names[0]] if len(names) == 1 else packed
    try:
        if inner.kind in "iu" and not inner.subdtype and kinds == {int}:
            cells[:] = np.array(values, inner)  # OverflowError where one does not fit
        elif inner.kind == "S" and kinds <= {str, bytes}:
            raws = [os.fsencode(value) for value in values]
            if max(map(len, raws)) >= inner.itemsize:
                return None
            cells[:] = raws
        else:
            return None
    except (OverflowError, UnicodeEncodeError):
        return None
    return packed.tobytes()


def _unfit(value: Any, dtype: np.dtype[Any], name: str) -> LabError:
    wanted = ", ".join(dtype.names) if dtype.names else str(dtype)
    given = safe_text(repr(value), 60)  # in quotes where it is a string: '1' is no number
    return LabError("map-write", f"{given} does not fit {name}, which takes {wanted}.")


def unpack(raw: bytes, dtype: np.dtype[Any]) -> list[Any]:
    """Return what *raw* holds, one behind the other: each a number, a lone string, or a dict.

    An array of numbers is a list; one of bytes stays bytes.
    """
    if bytes_as_text(dtype) is not dtype or not raw:
        return [raw[at : at + dtype.itemsize] for at in range(0, len(raw), dtype.itemsize or 1)]
    items, names = np.frombuffer(raw, dtype), dtype.names or ()
    if len(names) == 1 and dtype[names[0]].kind == "S":
        items = items[names[0]]
    if not items.dtype.names:
        return list(items.tolist())
    parts = (items[name].tolist() for name in names)
    return [dict(zip(names, row, strict=True)) for row in zip(*parts, strict=True)]


def bytes_as_text(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return *dtype*, or for an array of bytes as much text."""
    many = dtype.subdtype is not None and dtype.base.kind in "iu" and dtype.base.itemsize == 1
    return np.dtype(f"S{dtype.itemsize}") if many else dtype


def shown(value: Any) -> str:
    """Return a key or value as it is quoted in a message."""
    return safe_text(value, 60) if isinstance(value, str | bytes) else safe_text(repr(value), 60)
