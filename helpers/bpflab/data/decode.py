"""Records as people read them: events, and entries of a map, become a DataFrame."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.text import safe_text

_FEW = 256  # of fewer strings, finding those that repeat costs more than cleaning each


def columns(items: npt.NDArray[Any], alone: str = "") -> dict[str, Any]:
    """Return a column for each field of *items*, without padding; items of no fields are *alone*.

    A ``char[]`` is text up to its NUL, an array or a struct in a struct a list. Numbers stay as
    they are.
    """
    if not items.dtype.names:
        return {alone: _column(items)}
    return {name: _column(items[name]) for name in items.dtype.names or ()}


def decode(events: npt.NDArray[Any], utc_offset_ns: int | npt.NDArray[Any]) -> pd.DataFrame:
    """Return *events* as a DataFrame, a row each, in the same order.

    ``ktime_ns`` becomes ``time`` (UTC), *utc_offset_ns* after CLOCK_MONOTONIC, and is missing (NaT)
    where the program left it 0. A ``char[]`` field X is text without hidden characters; where the
    struct has ``X_len``, ``X_status`` says ``whole``, ``cut`` or ``unreadable``, and ``X_bytes``
    keeps the bytes as they were. Other fields stay numbers.
    """
    names = events.dtype.names or ()
    found: dict[str, Any] = {}
    lengths = {f"{name}_len" for name in names if events.dtype[name].kind == "S"}
    for name in names:
        if name == "ktime_ns":
            utc = events[name].astype("i8") + utc_offset_ns
            utc[events[name] == 0] = pd.NaT.value
            found["time"] = pd.DatetimeIndex(utc.view("M8[ns]"), tz="UTC")
        elif name in lengths:
            found.setdefault(name, None)  # keeps its place; the string fills it
        elif f"{name}_len" in lengths.intersection(names):
            found |= _string(name, events[name], events[f"{name}_len"])
        else:
            found[name] = _column(events[name])
    return pd.DataFrame(found)


def decode_entries(
    keys: npt.NDArray[Any], values: npt.NDArray[Any], cpus: int | None = None
) -> pd.DataFrame:
    """Return a row for each key, sorted by key; with *cpus* so many, with a number in ``cpu``.

    *values* has one value for each row. A struct gives a column for each field, a number the
    column ``key`` or ``value``; a value's field that is called like one of the key's gets
    ``value_`` in front.
    """
    order, each = np.lexsort(list(_parts(keys))[::-1]), cpus or 1
    found = columns(np.repeat(keys[order], each, axis=0), "key")
    if cpus is not None:
        found["cpu"] = np.tile(np.arange(each), len(keys))
    rows = (order[:, np.newaxis] * each + np.arange(each)).reshape(-1)
    cells = columns(values[rows], "value")
    found |= {f"value_{name}" if name in found else name: c for name, c in cells.items()}
    return pd.DataFrame({name: _plain(column) for name, column in found.items()})


def _parts(items: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Give the columns by which keys are sorted, the first one first.

    numpy sorts a struct by its fields, too, but an array in it by the bytes of its numbers.
    """
    if items.dtype.names:
        for name in items.dtype.names or ():
            yield from _parts(items[name])
    elif items.ndim > 1:
        yield from items.reshape(len(items), math.prod(items.shape[1:])).T
    else:
        yield items


def _plain(column: Any) -> Any:
    """Return whole numbers as pandas has them that come from Python: signed if all fit."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
        return column.astype("u8" if column.max(initial=0) > np.iinfo("i8").max else "i8")
    return column if len(column) else np.empty(0, object)  # or pandas takes no texts for numbers


def _column(values: npt.NDArray[Any]) -> Any:
    if values.ndim > 1 or values.dtype.names:
        return values.tolist()
    if values.dtype.kind != "S":
        return values
    return _each(lambda raws: [[_text(raw) for raw in raws]], values)[0]


def _text(raw: bytes) -> str:
    return safe_text(raw.split(b"\0", 1)[0])


def _string(name: str, raw: npt.NDArray[Any], lengths: npt.NDArray[Any]) -> dict[str, Any]:
    room = raw.dtype.itemsize
    lengths = lengths.view(f"i{lengths.itemsize}")  # an errno is below zero, whatever C says

    def read(raws: list[bytes], sizes: list[int]) -> list[list[Any]]:
        texts, kept, states = [], [], []
        for value, length in zip(raws, sizes, strict=True):
            whole = value.ljust(room, b"\0")[: max(min(length, room) - 1, 0)]
            code = errno.errorcode.get(-length, str(length))
            texts.append(safe_text(whole) if length >= 0 else f"(unreadable: {code})")
            kept.append(whole)
            states.append("unreadable" if length < 0 else "cut" if length > room else "whole")
        return [texts, kept, states]

    texts, kept, states = _each(read, raw, lengths)
    return {name: texts, f"{name}_len": lengths, f"{name}_status": states, f"{name}_bytes": kept}


def _each(read: Callable[..., list[list[Any]]], *values: npt.NDArray[Any]) -> list[Any]:
    """Return what *read* makes of *values*, which it gets without rows that are alike."""
    if len(values[0]) <= _FEW:
        return read(*(value.tolist() for value in values))
    codes, first = _alike(*values)
    return [_spread(column, codes) for column in read(*(value[first].tolist() for value in values))]


def _alike(*values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return for each row the number of its kind, and for each kind the first row of it."""
    codes = np.zeros(len(values[0]), np.int64)
    for word in (word for value in values for word in _words(value)):
        if word.any():  # the rest of a long field is often empty
            part, kinds = pd.factorize(word)
            codes = pd.factorize(codes * len(kinds) + part)[0] if codes.any() else part
    first = np.empty(codes.max() + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return codes, first


def _words(values: npt.NDArray[Any]) -> list[npt.NDArray[np.uint64]]:
    """Return whole numbers as one column of eight bytes, and text as one for each eight of it."""
    if values.dtype.kind != "S":
        return [values.astype(np.int64).view(np.uint64)]
    padded = values.astype(f"S{-(-values.itemsize // 8) * 8}", copy=False)
    words = padded.view([(f"{at}", "u8") for at in range(0, padded.itemsize, 8)])
    return [words[name] for name in words.dtype.names or ()]


def _spread(distinct: list[Any], codes: npt.NDArray[Any]) -> Any:
    if isinstance(distinct[0], str):
        return pd.array(distinct, dtype="str").take(codes)
    found = np.empty(len(distinct), object)
    found[:] = distinct
    return found[codes]
