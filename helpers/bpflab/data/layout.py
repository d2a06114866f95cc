"""C types as numpy dtypes: the fields of an event, and the keys and values of a map."""

from __future__ import annotations

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


def described(of: np.dtype[Any], most: int = 8) -> str:
    """Return a dtype as C would call it; a struct as its first fields, *most* of them.

    >>> described(np.dtype([("pid", "u4"), ("comm", "S16")]))
    '{pid: u32, comm: char[16]}'
    """
    if of.subdtype:
        base, shape = of.subdtype
        return described(base) + "".join(f"[{length}]" for length in shape)
    if of.names:
        parts = [f"{name}: {described(of[name])}" for name in of.names[:most]]
        return f"{{{', '.join(parts)}{', …' * (len(of.names) > most)}}}"
    if of.kind == "S":
        return f"char[{of.itemsize}]"
    kind = {"i": "s", "u": "u"}.get(of.kind)
    return f"{kind}{8 * of.itemsize}" if kind else of.name


def dtype(layout: Any) -> np.dtype[Any]:
    """Return the dtype of a layout, as `btf.Btf` gives it.

    >>> dtype({"names": ["path"], "formats": ["S512"], "offsets": [0], "itemsize": 512})
    dtype([('path', 'S512')])
    """
    if isinstance(layout, str):
        return np.dtype(layout)
    if isinstance(layout, list):
        return np.dtype((dtype(layout[0]), tuple(layout[1])))
    inner = [dtype(part) for part in layout["formats"]]
    made: np.dtype[Any] = np.dtype({**layout, "formats": inner})  # type: ignore[call-overload]
    return made
