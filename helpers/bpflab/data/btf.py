"""Types as the compiler describes them to the kernel: BTF, ``include/uapi/linux/btf.h``."""

from __future__ import annotations

import contextlib
import struct
import sys
from typing import Any

from bpflab.data.layout import dtype

_INT, _PTR, _ARRAY, _STRUCT, _UNION = 1, 2, 3, 4, 5
_ENUM, _FORWARD, _TYPEDEF, _VOLATILE, _CONST, _RESTRICT = 6, 7, 8, 9, 10, 11
_FUNCTION, _PROTOTYPE, _VAR, _DATASEC, _TYPE_TAG, _ENUM64 = 12, 13, 14, 15, 18, 19
_TAGS = {_STRUCT: "struct", _UNION: "union", _ENUM: "enum", _ENUM64: "enum"}
_WORDS = {_CONST: "const", _VOLATILE: "volatile", _RESTRICT: "restrict"}
_SAME = {_TYPEDEF, _VOLATILE, _CONST, _RESTRICT, _TYPE_TAG, _VAR}  # as the type that they name
_HEAD = struct.Struct("HBBIIIII")
_TYPE = struct.Struct("III")
_MEMBER = struct.Struct("III")
# Bytes behind a type: at all, and for each member.
_MORE = {_INT: (4, 0), _ARRAY: (12, 0), _VAR: (4, 0), 17: (4, 0)}
_EACH = {_STRUCT: 12, _UNION: 12, _ENUM: 8, _PROTOTYPE: 8, _DATASEC: 12, _ENUM64: 12}
_SIGNED, _BOOL = 1, 4  # of an integer's encoding


class Btf:
    """The types of one text.

    A *layout* is what `numpy.dtype` can be made from and JSON can keep: a format as ``"u4"`` or
    ``"S16"``, ``[layout, [length, …]]`` for an array, or for a struct a dict of ``names``,
    ``formats``, ``offsets`` and ``itemsize``.
    """

    def __init__(self, data: bytes) -> None:
        """Read the table of types in *data*; nothing is looked up yet."""
        magic, _, _, head, types, size, strings, _ = _HEAD.unpack_from(data)
        if magic != 0xEB9F:
            raise ValueError(f"no BTF of a {sys.byteorder}-endian machine")
        self._data, self._strings = data, head + strings
        self._at, self._by_name = [0], dict[str, int]()  # type 0 is void
        self._functions = dict[int, int]()  # by where the name stands: a kernel has 60,000
        at, end = head + types, head + types + size
        while at < end:
            name, info, _ = _TYPE.unpack_from(data, at)
            kind, members = info >> 24 & 0x1F, info & 0xFFFF
            if name and kind in (_STRUCT, _TYPEDEF, _DATASEC):
                self._by_name.setdefault(self.text(name), len(self._at))
            elif kind == _FUNCTION:
                self._functions.setdefault(name, len(self._at))
            self._at.append(at)
            at += _TYPE.size + _MORE.get(kind, (0, 0))[0] + _EACH.get(kind, 0) * members

    def text(self, offset: int) -> str:
        """Return the string at *offset*: a name, a file or a line of C."""
        at = self._strings + offset
        return self._data[at : self._data.index(b"\0", at)].decode(errors="backslashreplace")

    def find(self, name: str) -> int | None:
        """Return the number of the struct, typedef or section called *name*."""
        return self._by_name.get(name)

    def members(self, number: int) -> dict[str, int]:
        """Return the type of each member of a struct, by name."""
        return {name: kind for name, kind, _ in self._members(number)}

    def parameters(self, function: str) -> list[tuple[str, str]] | None:
        """Return name and C type of each parameter of *function*; None where it is not there.

        What a variadic function takes beside these is none.
        """
        name = self._data.find(b"\0%b\0" % function.encode(), self._strings) + 1
        if not name or (number := self._functions.get(name - self._strings)) is None:
            return None
        _, _, prototype = _TYPE.unpack_from(self._data, self._at[number])
        _, info, _ = _TYPE.unpack_from(self._data, self._at[prototype])
        at = self._at[prototype] + _TYPE.size
        rows = struct.iter_unpack("II", self._data[at : at + 8 * (info & 0xFFFF)])
        return [(self.text(name), self.c_type(kind)) for name, kind in rows if kind]  # 0 is "..."

    def c_type(self, number: int) -> str:
        """Return type *number* as C writes it: ``const struct file *``."""
        if not number:
            return "void"
        name, info, of = _TYPE.unpack_from(self._data, self._at[number])
        kind, text = info >> 24 & 0x1F, self.text(name)
        if kind == _PTR:
            inner = self.c_type(of)
            return f"{inner}*" if inner.endswith("*") else f"{inner} *"
        if kind in _WORDS:
            inner, word = self.c_type(of), _WORDS[kind]
            return f"{inner}{word}" if inner.endswith("*") else f"{word} {inner}"
        if kind == _ARRAY:
            inner_type, _, length = struct.unpack_from(
                "III", self._data, self._at[number] + _TYPE.size
            )
            return f"{self.c_type(inner_type)}[{length}]"
        if kind == _FORWARD:
            return f"{'union' if info >> 31 else 'struct'} {text}"
        if kind == _TYPE_TAG:
            return self.c_type(of)
        if kind == _PROTOTYPE:
            return "function"
        return f"{_TAGS[kind]} {text}".rstrip() if kind in _TAGS else text

    def layout(self, number: int) -> Any:
        """Return the layout of type *number*.

        Raises:
            ValueError: for a union, a bit-field, a floating-point number, or what has no size.
        """
        at = self._at[number]
        _, info, size = _TYPE.unpack_from(self._data, at)
        kind = info >> 24 & 0x1F
        if kind in _SAME:
            return self.layout(size)
        if kind == _INT:
            return self._integer(at, size)
        if kind in (_ENUM, _ENUM64):
            return f"{'i' if info >> 31 else 'u'}{size}"
        if kind == _PTR:
            return "u8"
        if kind == _ARRAY:
            return self._array(at)
        if kind not in (_STRUCT, _DATASEC):
            raise ValueError(f"no layout for kind {kind}")
        rows = list(self._members(number))
        return {
            "names": [name for name, _, _ in rows],
            "formats": [self.layout(inner) for _, inner, _ in rows],
            "offsets": [offset for _, _, offset in rows],
            "itemsize": size,
        }

    def _integer(self, at: int, size: int) -> str:
        (encoding,) = struct.unpack_from("I", self._data, at + _TYPE.size)
        if encoding >> 24 & _BOOL:
            return "?"
        return f"{'i' if encoding >> 24 & _SIGNED else 'u'}{size}"

    def _array(self, at: int) -> Any:
        inner, _, length = struct.unpack_from("III", self._data, at + _TYPE.size)
        if self._is_char(inner):
            return f"S{length}"
        layout = self.layout(inner)
        return [layout[0], [length, *layout[1]]] if isinstance(layout, list) else [layout, [length]]

    def _is_char(self, number: int) -> bool:
        """Say whether it is ``char`` itself: s8 and u8 are numbers."""
        name, info, size = _TYPE.unpack_from(self._data, self._at[number])
        kind = info >> 24 & 0x1F
        if kind in (_VOLATILE, _CONST):
            return self._is_char(size)
        return bool(kind == _INT and self.text(name) == "char")

    def _name(self, number: int) -> str:
        return self.text(_TYPE.unpack_from(self._data, self._at[number])[0])

    def _members(self, number: int) -> list[tuple[str, int, int]]:
        """Return name, type and offset in bytes of each member of a struct or a section."""
        _, info, _ = _TYPE.unpack_from(self._data, self._at[number])
        at = self._at[number] + _TYPE.size
        rows = _MEMBER.iter_unpack(self._data[at : at + _MEMBER.size * (info & 0xFFFF)])
        if info >> 24 & 0x1F == _DATASEC:  # of each variable: its type, its offset and its size
            return [(self._name(variable), variable, offset) for variable, offset, _ in rows]
        found = []
        for name, kind, offset in rows:
            if info >> 31 and offset >> 24:
                raise ValueError("a bit-field")
            bits = offset & 0xFFFFFF if info >> 31 else offset
            if bits % 8:
                raise ValueError("a bit-field")
            found.append((self.text(name), kind, bits // 8))
        return found


def layout_of(types: Btf | None, number: int, size: int) -> Any:
    """Return the layout of type *number*, or of *size* bytes where that is not known.

    Without a type 4 and 8 bytes are a number, and any other size is an array of bytes.
    """
    if types and number:
        with contextlib.suppress(ValueError, IndexError, TypeError):  # numpy has no 16-byte integer
            found = types.layout(number)
            if dtype(found).itemsize == size:
                return found
    return {4: "u4", 8: "u8"}.get(size, ["u1", [size]])
