"""C types as numpy dtypes: the fields of an event, and the keys and values of a map."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from bpflab.errors import LabError

# Sizes are those of the BPF target: LP64, little or big endian as the machine is.
_SCALARS = {
    "char": "i1", "signed char": "i1", "s8": "i1", "__s8": "i1", "int8_t": "i1",
    "unsigned char": "u1", "u8": "u1", "__u8": "u1", "uint8_t": "u1",
    "bool": "?", "_Bool": "?",
    "short": "i2", "s16": "i2", "__s16": "i2", "int16_t": "i2",
    "unsigned short": "u2", "u16": "u2", "__u16": "u2", "uint16_t": "u2",
    "int": "i4", "s32": "i4", "__s32": "i4", "int32_t": "i4", "pid_t": "i4",
    "unsigned int": "u4", "u32": "u4", "__u32": "u4", "uint32_t": "u4",
    "uid_t": "u4", "gid_t": "u4",
    "long": "i8", "long long": "i8", "s64": "i8", "__s64": "i8", "int64_t": "i8", "ssize_t": "i8",
    "unsigned long": "u8", "unsigned long long": "u8", "u64": "u8", "__u64": "u8",
    "uint64_t": "u8", "size_t": "u8",
}  # fmt: skip
_ARRAY = re.compile(r"(.+?) ?((?:\[\d+\])+)$")


def from_fields(fields: list[tuple[str, str]], of: str = "the event") -> np.dtype[Any]:
    """Return the dtype of a C struct, given each field's name and C type as the compiler spells it.

    Integers, ``bool``, enums, pointers and arrays of them are understood; ``char[N]`` becomes
    ``SN``. Fields are laid out as C lays them out, with padding.

    Raises:
        LabError: kind ``event-field``, naming the field, for a nested struct, a union, a
            floating-point number or a typedef that is not one of the kernel's.

    >>> from_fields([("pid", "u32"), ("ktime_ns", "u64"), ("comm", "char[16]")]).itemsize
    32
    """
    formats = [_field(name, ctype, of) for name, ctype in fields]
    return np.dtype({"names": [n for n, _ in fields], "formats": formats}, align=True)


def _field(name: str, ctype: str, of: str) -> Any:
    bare = ctype.replace("const ", "").replace("volatile ", "").strip()
    if array := _ARRAY.match(bare):
        shape = tuple(int(n) for n in re.findall(r"\d+", array[2]))
        if array[1] == "char":
            return f"S{shape[0]}" if len(shape) == 1 else (f"S{shape[-1]}", shape[:-1])
        return (_field(name, array[1], of), shape)
    if bare.startswith("enum "):
        return "u4"
    if bare.endswith("*"):
        return "u8"
    if bare in _SCALARS and name:
        return _SCALARS[bare]
    raise LabError(
        "event-field",
        f"Field {name!r} of {of} has the type {bare!r}, which has no column in a table.",
        why="An event becomes one row: each field must be a number or an array of them.",
        fix="Write its members out as fields of the event itself, with types like u32 or char[16].",
    )


def from_description(description: str, size: int) -> np.dtype[Any]:
    """Return the dtype of a map's key or value from BCC's JSON description and its *size* in bytes.

    BCC describes some types wrongly (a typedef of an array, two-dimensional arrays, bit-fields);
    then the bytes are kept as ``u1`` of shape ``(size,)``, which is never wrong.

    >>> from_description('["k", [["path","char", [512]] ], "struct_packed"]', 512)
    dtype([('path', 'S512')])
    """
    raw = np.dtype(("u1", (size,)))
    try:
        dtype = _described(json.loads(description))
    except (KeyError, ValueError, TypeError, IndexError):
        return raw
    return dtype if dtype.itemsize == size else raw


def _described(node: Any) -> np.dtype[Any]:
    if isinstance(node, str):
        return np.dtype(_SCALARS[node])
    _, members, kind = node
    if kind not in ("struct", "struct_packed"):
        raise ValueError(kind)  # a union has no one reading
    names: list[str] = []
    formats: list[Any] = []
    for name, inner, *rest in members:
        if rest and not isinstance(rest[0], list):
            raise ValueError("bit-field")
        names.append(name)
        if rest and inner == "char":
            formats.append(f"S{rest[0][0]}")
        else:
            formats.append((_described(inner), tuple(rest[0])) if rest else _described(inner))
    aligned = kind == "struct"
    return np.dtype({"names": names, "formats": formats}, align=aligned)


def fields(dtype: np.dtype[Any]) -> list[str]:
    """Return the names of a struct's fields without the padding that BCC names ``__pad_N``."""
    return [name for name in dtype.names or () if not name.startswith("__pad_")]
