"""Maps as tables: read as DataFrames, written from Python values."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings import bpf, cpus
from bpflab.bindings.uapi import MAP_TYPES, word
from bpflab.data import refusals
from bpflab.data.refusals import ARRAYS
from bpflab.data.values import columns, pack, shown, unpack, unterminated
from bpflab.errors import LabError


class Map:
    """One map of a loaded program.

    ``m[key]`` reads, ``m[key] = value`` writes, ``del m[key]`` deletes. A key or value is a
    number, a dict of a struct's fields, or ``bytes``/``str`` for a struct of one string, which is
    padded with zeros. A per-CPU map reads as a list with one value for each possible CPU, and is
    written with such a list, or with one value for all.
    """

    def __init__(
        self,
        name: str,
        fd: int,
        type: int,
        key: np.dtype[Any],
        value: np.dtype[Any],
        max_entries: int,
        programs: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.fd = fd
        self.type = word(MAP_TYPES, type)
        self.max_entries = max_entries
        self.key_dtype = key
        self.value_dtype = value
        self.per_cpu = "percpu" in self.type
        self._programs = programs or {}
        # The kernel keeps each CPU's value on a multiple of 8 bytes (kernel/bpf/arraymap.c).
        self._stride = -(-value.itemsize // 8) * 8 if self.per_cpu else value.itemsize
        self._size = self._stride * (cpus.possible() if self.per_cpu else 1)
        # A descriptor that another thread closes may be another map's at once.
        self._lock = threading.RLock()

    def duplicate(self) -> Map:
        """Return this map with a second descriptor, which lives until its ``close``."""
        twin = object.__new__(Map)
        with self._lock:
            fd = os.dup(self._live())
        twin.__dict__.update(self.__dict__, fd=fd, _lock=threading.RLock())
        return twin

    def close(self) -> None:
        """Forget the descriptor, which its owner closes. A second call is no error."""
        with self._lock:
            self.fd = -1

    def __copy__(self, *_: object) -> NoReturn:
        raise refusals.copied(self)

    __deepcopy__ = __copy__
    __reduce_ex__ = __copy__  # pickle

    def __repr__(self) -> str:
        return f"<Map {self.name}: {self.type}, {self.max_entries} entries>"

    def raw(self, key: Any) -> list[bytes]:
        """Return the bytes of *key*: one item, or one for each possible CPU.

        Raises:
            LabError: ``no-key`` where the map holds nothing for it.
        """
        value = self._lookup(pack(key, self.key_dtype, self.name))
        if value is None:
            raise LabError("no-key", f"{self.name} has no entry for {shown(key)}.")
        size = self.value_dtype.itemsize
        return [value[at : at + size] for at in range(0, len(value), self._stride)]

    def __getitem__(self, key: Any) -> Any:
        values = [unpack(raw, self.value_dtype) for raw in self.raw(key)]
        return values if self.per_cpu else values[0]

    def __setitem__(self, key: Any, value: Any) -> None:
        packed = pack(key, self.key_dtype, self.name)
        if field := unterminated(packed, self.key_dtype):
            raise refusals.no_nul(self, field, key)
        new = self._packed_value(value)
        with self._lock:
            code = bpf.update(self._live(), packed, new)
        if code:
            raise refusals.write(self, code, key)

    def __delitem__(self, key: Any) -> None:
        packed = pack(key, self.key_dtype, self.name)
        with self._lock:
            there = bpf.delete(self._live(), packed)
        if not there:
            raise LabError("no-key", f"{self.name} has no entry for {shown(key)} to delete.")

    def __contains__(self, key: Any) -> bool:
        return self._lookup(pack(key, self.key_dtype, self.name)) is not None

    def __len__(self) -> int:
        return len(self._keys())

    def __iter__(self) -> Iterator[Any]:
        return (unpack(key, self.key_dtype) for key in self._keys())

    @checked
    def fill(self, entries: Mapping[Any, Any] | Iterable[Any]) -> Map:
        """Write each key and value of a mapping, or 1 for each key of any other iterable.

        A program array takes the program's name, or an fd. Returns the map.

        Raises:
            LabError: ``map-full``, ``too-long`` or ``map-write``, naming the entry; those before
                it are written. ``argument`` for a single string, whose letters would be the keys.
        """
        pairs = entries.items() if isinstance(entries, Mapping) else ((e, 1) for e in entries)
        for key, value in pairs:
            self[key] = value
        return self

    def clear(self) -> Map:
        """Delete every key of a hash, zero every value of an array. Returns the map."""
        for key in self._keys():
            with self._lock:
                if self.type in ARRAYS:
                    bpf.update(self._live(), key, bytes(self._size))
                else:
                    bpf.delete(self._live(), key)
        return self

    @property
    def counts(self) -> bool:
        """Whether it is an array of whole numbers, so that ``total`` has a meaning."""
        return self.type in ARRAYS and self.value_dtype.kind in "iu"

    def total(self, key: Any = 0) -> int:
        """Return the number for *key*, summed over CPUs where the map is per CPU.

        Raises:
            LabError: ``no-number`` where the map's values are structs or text.
        """
        if self.value_dtype.kind not in "iu":
            raise refusals.no_number(self)
        value = self[key]
        return int(sum(value)) if self.per_cpu else int(value)

    def frame(self) -> pd.DataFrame:
        """Return the map as a DataFrame, a row for each key, and for each CPU where it is per CPU.

        A struct gives a column for each field, a number the columns ``key`` and ``value``; a
        value's field that is called like one of the key's gets ``value_`` in front. Strings
        end at their NUL here, as C reads them; ``raw`` gives every byte. Rows are sorted by key.
        """
        rows = []
        for key in sorted(self._keys(), key=lambda raw: _order(unpack(raw, self.key_dtype))):
            head = columns(key, self.key_dtype, "key")
            found = self._lookup(key)
            if found is None:
                continue  # deleted while we read
            for cpu, at in enumerate(range(0, len(found), self._stride)):
                value = found[at : at + self.value_dtype.itemsize]
                where = head | ({"cpu": cpu} if self.per_cpu else {})
                cells = columns(value, self.value_dtype, "value")
                rows.append(where | {_beside(where, k): v for k, v in cells.items()})
        return pd.DataFrame(rows)

    def _keys(self) -> list[bytes]:
        """Return each key once: the kernel starts over where the last key was deleted meanwhile."""
        size, key = self.key_dtype.itemsize, None
        keys: dict[bytes, None] = {}
        for _ in range(self.max_entries):  # a map that changes might start over for ever
            with self._lock:
                key = bpf.next_key(self._live(), key, size)
            if key is None:
                break
            if self.type != "prog_array" or self._lookup(key):
                keys[key] = None  # a program array also lists its empty slots
        return list(keys)

    def _lookup(self, key: bytes) -> bytes | None:
        with self._lock:
            return bpf.lookup(self._live(), key, self._size)

    def _live(self) -> int:
        if self.fd < 0:
            raise LabError("closed", f"{self.name} is gone: its program is closed.")
        return self.fd

    def _packed_value(self, value: Any) -> bytes:
        if self.type == "prog_array" and isinstance(value, str):
            if value not in self._programs:
                known = ", ".join(sorted(self._programs))
                raise LabError("no-program", f"There is no program {value!r}; there are {known}.")
            value = self._programs[value]
        cpus = self._size // self._stride
        values = value if self.per_cpu and isinstance(value, list | tuple) else [value] * cpus
        if len(values) != cpus:
            raise LabError(
                "map-write",
                f"{self.name} takes {cpus} values, one for each CPU, not {len(values)}.",
            )
        parts = (pack(v, self.value_dtype, self.name) for v in values)
        return b"".join(part.ljust(self._stride, b"\0") for part in parts)


def _order(key: Any) -> Any:
    return tuple(key.values()) if isinstance(key, dict) else key


def _beside(taken: Mapping[str, Any], name: str) -> str:
    return f"value_{name}" if name in taken else name
