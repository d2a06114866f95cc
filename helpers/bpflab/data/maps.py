"""Maps as tables: read as DataFrames, written from Python values."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings import bpf_map, cpus
from bpflab.bindings.uapi import MAP_TYPES, OF_MAPS, word
from bpflab.data import pins, refusals
from bpflab.data.decode import columns
from bpflab.data.layout import described
from bpflab.data.refusals import ARRAYS, OF_OBJECTS, Uncopied
from bpflab.data.values import bytes_as_text, pack, pack_all, shown, unpack, unterminated
from bpflab.data.why_none import Places, no_entries
from bpflab.errors import LabError
from bpflab.views.table import WHY

_MOST = 1 << 16  # entries that are packed and written at once
_AT_ONCE = 1 << 20  # bytes of entries that one call reads


class Map(Uncopied):
    """One map of a loaded program.

    ``m[key]`` reads, ``m[key] = value`` writes, ``del m[key]`` deletes. A key or value is a
    number, a dict of a struct's fields, or ``bytes``/``str`` for a struct of one string, which is
    padded with zeros. A per-CPU map reads as a list with one value for each possible CPU, and is
    written with such a list, or with one value for all. A value of a map of maps is written as a
    map, and read as the number that the kernel gives this map (its id).

    >>> program.maps["counts"][7]
    >>> program.maps["names"]["ls"] = 1
    >>> program.maps["LISTS"][0] = program.maps["NEW"]
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
        self.places: Places | None = None  # of its program, where that fills the map
        self._programs = {} if programs is None else programs  # filled later
        # The kernel keeps each CPU's value on a multiple of 8 bytes (kernel/bpf/arraymap.c).
        self._stride = -(-value.itemsize // 8) * 8 if self.per_cpu else value.itemsize
        self._cell = np.dtype(
            {"names": ["value"], "formats": [bytes_as_text(value)], "itemsize": self._stride}
        )
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

    def pinned(self) -> contextlib.AbstractContextManager[Path]:
        """Pin it in bpffs for a block, which gets the path; the pin is removed at its end.

        Raises:
            LabError: ``no-pin`` where no bpffs is mounted, or this process may not write to it.

        >>> with program.maps["counts"].pinned() as path:
        ...     print(path)
        """
        return pins.pinned(self.name, lambda: self.duplicate().fd)

    def __repr__(self) -> str:
        kinds = [described(of, 3) for of in (self.key_dtype, self.value_dtype) if of.itemsize]
        what = ", ".join([self.type, " → ".join(kinds)] if kinds else [self.type])
        if self.max_entries:
            what += f", {self.max_entries} {'bytes' if self.type == 'ringbuf' else 'entries'}"
        ends = "; closed" if self.fd < 0 else ""
        return f"<Map {self.name}: {what.replace(', 1 entries', ', 1 entry')}{ends}>"

    def raw(self, key: Any) -> list[bytes]:
        """Return the bytes of *key*: one item, or one for each possible CPU.

        Raises:
            LabError: ``no-key`` where the map holds nothing for it.

        >>> program.maps["BUF"].raw(0)
        """
        value = self._lookup(pack(key, self.key_dtype, self.name))
        if value is None:
            raise LabError("no-key", f"{self.name} has no entry for {shown(key)}.")
        size = self.value_dtype.itemsize
        return [value[at : at + size] for at in range(0, len(value), self._stride)]

    def __getitem__(self, key: Any) -> Any:
        values = unpack(b"".join(self.raw(key)), self.value_dtype)
        return values if self.per_cpu else values[0]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._write([(key, value)])

    def __delitem__(self, key: Any) -> None:
        if not self._delete(pack(key, self.key_dtype, self.name)):
            raise LabError("no-key", f"{self.name} has no entry for {shown(key)} to delete.")

    def __contains__(self, key: Any) -> bool:
        return self._lookup(pack(key, self.key_dtype, self.name)) is not None

    def __len__(self) -> int:
        return len(self._entries()[0]) // max(self.key_dtype.itemsize, 1)  # a ring has no keys

    def __iter__(self) -> Iterator[Any]:
        return iter(unpack(self._entries()[0], self.key_dtype))

    @checked
    def fill(self, entries: Mapping[Any, Any] | Iterable[Any]) -> Map:
        """Write each key and value of a mapping, or 1 for each key of any other iterable.

        A program array takes the program's name, or an fd; a map of maps takes a map. Returns the
        map.

        Raises:
            LabError: ``map-full``, ``too-long`` or ``map-write``, naming the entry; those before
                it are written. ``argument`` for a single string, whose letters would be the keys.

        >>> program.maps["EXCLUDED"].fill(["/usr/bin/ls", "/usr/bin/ps"])
        """
        pairs = iter(entries.items() if isinstance(entries, Mapping) else ((e, 1) for e in entries))
        more = True
        while more:
            some: list[tuple[Any, Any]] = []
            try:
                some.extend(itertools.islice(pairs, _MOST))
            finally:  # also what came before an error of the caller's
                self._write(some)
            more = len(some) == _MOST
        return self

    def clear(self) -> Map:
        """Delete every key of a hash, zero every value of an array. Returns the map.

        >>> program.maps["counts"].clear()
        """
        keys, _ = self._entries(delete=self.type not in ARRAYS)
        if self.type in ARRAYS:
            count = len(keys) // self.key_dtype.itemsize
            with self._lock:
                bpf_map.update_batch(self._live(), keys, bytes(count * self._size), count)
        return self

    @property
    def counts(self) -> bool:
        """Whether it is an array of whole numbers, so that ``total`` has a meaning."""
        return self.type in ARRAYS and self.value_dtype.kind in "iu"

    def total(self, key: Any = 0) -> int:
        """Return the number for *key*, summed over CPUs where the map is per CPU.

        Raises:
            LabError: ``no-number`` where the map's values are structs or text.

        >>> program.maps["seen"].total()
        """
        if self.value_dtype.kind not in "iu":
            raise refusals.no_number(self.name, self.value_dtype.names or ())
        value = self[key]
        return int(sum(value)) if self.per_cpu else int(value)

    def frame(self) -> pd.DataFrame:
        """Return the map as a DataFrame, a row for each key, and for each CPU where it is per CPU.

        A struct gives a column for each field, a number the columns ``key`` and ``value``; a
        value's field that is called like one of the key's gets ``value_`` in front. Strings
        end at their NUL here, as C reads them; ``raw`` gives every byte. Rows are sorted by key.
        Without entries it has the columns all the same, and `table` shows why there are none.

        >>> program.maps["counts"].frame()
        """
        if not self.key_dtype.itemsize:  # a ring buffer, a queue
            return pd.DataFrame()
        raw_keys, raw_values = self._entries()
        keys = np.frombuffer(raw_keys, bytes_as_text(self.key_dtype))
        values, cpus = np.frombuffer(raw_values, self._cell)["value"], self._size // self._stride
        order = np.lexsort(list(_parts(keys))[::-1])
        found = columns(np.repeat(keys[order], cpus, axis=0), "key")
        if self.per_cpu:
            found["cpu"] = np.tile(np.arange(cpus), len(keys))
        rows = (order[:, np.newaxis] * cpus + np.arange(cpus)).reshape(-1)
        cells = columns(values[rows], "value")
        found |= {f"value_{name}" if name in found else name: c for name, c in cells.items()}
        frame = pd.DataFrame({name: _plain(column) for name, column in found.items()})
        if frame.empty:
            frame.attrs[WHY] = no_entries(self.places)
        return frame

    def _entries(self, *, delete: bool = False) -> tuple[bytes, bytes]:
        """Return all keys, each once, and their values, joined; with *delete* they are gone."""
        key_size = self.key_dtype.itemsize
        count = min(_AT_ONCE // max(key_size + self._size, 1) + 1, self.max_entries)
        with self._lock, contextlib.suppress(OSError):  # where it changes too fast, key by key
            sizes = (key_size, self._size, count)
            if found := bpf_map.lookup_batch(self._live(), *sizes, delete=delete):
                return found
        entries = {key: value for key in self._keys() if (value := self._lookup(key))}
        for key in entries if delete else ():
            self._delete(key)
        return b"".join(entries), b"".join(entries.values())

    def _keys(self) -> Iterator[bytes]:
        """Give one key after another; the kernel starts over where the last one was deleted."""
        key = None
        for _ in range(self.max_entries):  # a map that changes might start over for ever
            with self._lock:
                key = bpf_map.next_key(self._live(), key, self.key_dtype.itemsize)
            if key is None:
                break
            yield key

    def _lookup(self, key: bytes) -> bytes | None:
        with self._lock:
            return bpf_map.lookup(self._live(), key, self._size)

    def _delete(self, key: bytes) -> bool:
        """Delete *key*; return whether it was there."""
        with self._lock:
            return bpf_map.delete(self._live(), key)

    def _update(self, keys: bytes, values: bytes, count: int) -> tuple[int, int]:
        """Write *count* entries; return how many were written, and 0 or an errno."""
        with self._lock:
            return bpf_map.update_batch(self._live(), keys, values, count)

    def _live(self) -> int:
        if self.fd < 0:
            raise LabError("closed", f"{self.name} is gone: its program is closed.")
        return self.fd

    def _write(self, pairs: list[tuple[Any, Any]]) -> None:
        """Write these keys and values, or those before the first that cannot be written."""
        keys, values, wrong = self._packed(pairs)
        count = len(keys) // self.key_dtype.itemsize
        if count:
            written, code = self._update(keys, values, count)
            if code:
                key = pairs[written][0]
                raise refusals.write(self.name, self.type, self.max_entries, code, key)
        if wrong:
            raise wrong

    def _packed(self, pairs: list[tuple[Any, Any]]) -> tuple[bytes, bytes, LabError | None]:
        """Return keys and values, joined, up to the first that does not fit, and why not."""
        if len(pairs) > 1 and not self.per_cpu and self.type not in OF_OBJECTS:
            keys = pack_all([key for key, _ in pairs], self.key_dtype)
            values = pack_all([value for _, value in pairs], self.value_dtype)
            if keys and values:
                return keys, values, None
        packed: list[tuple[bytes, bytes]] = []
        wrong = None
        try:
            for key, value in pairs:
                packed.append((self._packed_key(key), self._packed_value(value)))
        except LabError as error:
            wrong = error
        return b"".join(key for key, _ in packed), b"".join(value for _, value in packed), wrong

    def _packed_key(self, key: Any) -> bytes:
        packed = pack(key, self.key_dtype, self.name)
        if field := unterminated(packed, self.key_dtype):
            raise refusals.no_nul(self.name, field, self.key_dtype[field].itemsize, key)
        return packed

    def _packed_value(self, value: Any) -> bytes:
        if self.type == "prog_array" and isinstance(value, str):
            if value not in self._programs:
                known = ", ".join(sorted(self._programs))
                raise LabError("no-program", f"There is no program {value!r}; there are {known}.")
            value = self._programs[value]
        elif self.type in OF_MAPS:
            if not isinstance(value, Map):
                raise refusals.no_map(self.name, value)
            value = value._live()
        cpus = self._size // self._stride
        values = value if self.per_cpu and isinstance(value, list | tuple) else [value] * cpus
        if len(values) != cpus:
            raise LabError(
                "map-write",
                f"{self.name} takes {cpus} values, one for each CPU, not {len(values)}.",
            )
        parts = (pack(v, self.value_dtype, self.name) for v in values)
        return b"".join(part.ljust(self._stride, b"\0") for part in parts)


def _parts(items: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Give the columns by which keys are sorted, the first one first."""
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
