"""Maps as tables: read as DataFrames, written from Python values."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from bpflab.bindings import engine
from bpflab.data import layout
from bpflab.data.values import columns, pack, shown, unpack
from bpflab.errors import LabError

TYPES = {
    1: "hash", 2: "array", 3: "prog_array", 4: "perf_event_array", 5: "percpu_hash",
    6: "percpu_array", 9: "lru_hash", 10: "lru_percpu_hash", 27: "ringbuf",
}  # fmt: skip
"""Map types by number, ``enum bpf_map_type`` in include/uapi/linux/bpf.h."""

_ARRAYS = {"array", "percpu_array"}


class Map:
    """One map of a loaded program.

    ``m[key]`` reads, ``m[key] = value`` writes, ``del m[key]`` deletes. A key or value is a
    number, a dict of a struct's fields, or ``bytes``/``str`` for a struct of one string, which is
    padded with zeros. A per-CPU map reads as a list with one value for each possible CPU, and is
    written with such a list, or with one value for all.
    """

    def __init__(self, table: engine.Table, programs: Mapping[str, int] | None = None) -> None:
        self.name = table.name
        self.fd = table.fd
        self.type = TYPES.get(table.type, str(table.type))
        self.max_entries = table.max_entries
        self.key_dtype = layout.from_description(table.key, table.key_size)
        self.value_dtype = layout.from_description(table.value, table.value_size)
        self.per_cpu = "percpu" in self.type
        self._programs = programs or {}
        # The kernel keeps each CPU's value on a multiple of 8 bytes (kernel/bpf/arraymap.c).
        self._stride = -(-table.value_size // 8) * 8 if self.per_cpu else table.value_size
        self._size = self._stride * (engine.possible_cpus() if self.per_cpu else 1)

    def __repr__(self) -> str:
        return f"<Map {self.name}: {self.type}, {self.max_entries} entries>"

    def raw(self, key: Any) -> list[bytes]:
        """Return the bytes held for *key*: one item, or one for each possible CPU.

        Raises:
            LabError: ``no-key`` where the map holds nothing for it.
        """
        held = engine.lookup(self._live(), pack(key, self.key_dtype, self.name), self._size)
        if held is None:
            raise LabError("no-key", f"{self.name} holds nothing for {shown(key)}.")
        size = self.value_dtype.itemsize
        return [held[at : at + size] for at in range(0, len(held), self._stride)]

    def __getitem__(self, key: Any) -> Any:
        values = [unpack(raw, self.value_dtype) for raw in self.raw(key)]
        return values if self.per_cpu else values[0]

    def __setitem__(self, key: Any, value: Any) -> None:
        packed = pack(key, self.key_dtype, self.name)
        code = engine.update(self._live(), packed, self._packed_value(value))
        if code:
            raise self._refused(code, key)

    def __delitem__(self, key: Any) -> None:
        if not engine.delete(self._live(), pack(key, self.key_dtype, self.name)):
            raise LabError("no-key", f"{self.name} holds nothing for {shown(key)} to delete.")

    def __contains__(self, key: Any) -> bool:
        packed = pack(key, self.key_dtype, self.name)
        return engine.lookup(self._live(), packed, self._size) is not None

    def __len__(self) -> int:
        return sum(1 for _ in self._keys())

    def __iter__(self) -> Iterator[Any]:
        return (unpack(key, self.key_dtype) for key in self._keys())

    def fill(self, entries: Mapping[Any, Any] | Iterable[Any]) -> Map:
        """Write each key and value of a mapping, or 1 for each key of any other iterable.

        A program array takes the program's name, or an fd. Returns the map.

        Raises:
            LabError: ``map-full``, ``too-long`` or ``map-write``, naming the entry; those before
                it are written.
        """
        pairs = entries.items() if isinstance(entries, Mapping) else ((e, 1) for e in entries)
        for key, value in pairs:
            self[key] = value
        return self

    def clear(self) -> Map:
        """Delete every key of a hash, zero every value of an array. Returns the map."""
        for key in list(self._keys()):
            if self.type in _ARRAYS:
                engine.update(self.fd, key, bytes(self._size))
            else:
                engine.delete(self.fd, key)
        return self

    def total(self, key: Any = 0) -> int:
        """Return the number held for *key*, summed over CPUs where the map is per CPU."""
        value = self[key]
        return int(sum(value)) if self.per_cpu else int(value)

    def frame(self) -> pd.DataFrame:
        """Return the map as a DataFrame, a row for each key, and for each CPU where it is per CPU.

        A struct gives a column for each field, a number the columns ``key`` and ``value``; a
        value's field that is called like one of the key's gets ``value_`` in front. Strings
        end at their NUL here, as C reads them; ``raw`` gives every byte. Rows are sorted by key.
        """
        rows = []
        for key in sorted(self._keys()):
            head = columns(key, self.key_dtype, "key")
            held = engine.lookup(self._live(), key, self._size)
            if held is None:
                continue  # deleted while we read
            for cpu, at in enumerate(range(0, len(held), self._stride)):
                value = held[at : at + self.value_dtype.itemsize]
                where = head | ({"cpu": cpu} if self.per_cpu else {})
                held_there = columns(value, self.value_dtype, "value")
                rows.append(where | {_beside(where, k): v for k, v in held_there.items()})
        return pd.DataFrame(rows)

    def _keys(self) -> Iterator[bytes]:
        size, key = self.key_dtype.itemsize, None
        for _ in range(self.max_entries):  # a map that changes under us may start over: bounded
            key = engine.next_key(self._live(), key, size)
            if key is None:
                return
            if self.type != "prog_array" or engine.lookup(self.fd, key, self._size):
                yield key  # a program array also lists its empty slots

    def _live(self) -> int:
        if self.fd < 0:
            raise LabError("closed", f"{self.name} went with its program, which is closed.")
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
                "map-write", f"{self.name} takes {cpus} values, one a CPU, not {len(values)}."
            )
        parts = (pack(v, self.value_dtype, self.name) for v in values)
        return b"".join(part.ljust(self._stride, b"\0") for part in parts)

    def _refused(self, code: int, key: Any) -> LabError:
        if code == errno.E2BIG:
            if self.type in _ARRAYS | {"prog_array"}:
                return LabError(
                    "map-full",
                    f"{self.name} has slots 0 to {self.max_entries - 1}, and no {shown(key)}.",
                )
            return LabError(
                "map-full",
                f"{self.name} is full: it was made for {self.max_entries} entries.",
                why="A hash map's size is set when it is made.",
                fix="Delete a key, declare more entries, or use an LRU hash, which forgets.",
            )
        if code == errno.EINVAL and self.type == "prog_array":
            return LabError(
                "other-type",
                f"The kernel refuses this program for slot {shown(key)} of {self.name}.",
                why="A tail call never returns, so all programs of a table must be of one type and "
                "made for the same kind of hook; the first one to use the table decides.",
                fix="Load it with the same type= as the program that jumps.",
            )
        return LabError(
            "map-write",
            f"The kernel refused to write {shown(key)} to {self.name}: {os.strerror(code)}.",
        )


def _beside(taken: Mapping[str, Any], name: str) -> str:
    return f"value_{name}" if name in taken else name
