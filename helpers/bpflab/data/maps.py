"""Maps as tables: read as DataFrames, written from Python values."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings import cpus
from bpflab.bindings.uapi import MAP_TYPES, OF_MAPS, word
from bpflab.data import refusals
from bpflab.data.decode import decode_entries
from bpflab.data.entries import Entries
from bpflab.data.layout import described
from bpflab.data.refusals import ARRAYS, OF_OBJECTS
from bpflab.data.values import bytes_as_text, pack, pack_all, pack_key, shown, unpack
from bpflab.data.why_none import Places, no_entries
from bpflab.errors import LabError
from bpflab.views.table import WHY

_MOST = 1 << 16  # entries that are packed and written at once


class Map(Entries):
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
        self.type = word(MAP_TYPES, type)
        self.key_dtype = key
        self.value_dtype = value
        self.per_cpu = "percpu" in self.type
        self._cpus = cpus.possible() if self.per_cpu else 1
        self.places: Places | None = None  # of its program, where that fills the map
        self._programs = {} if programs is None else programs  # filled later
        # The kernel keeps each CPU's value on a multiple of 8 bytes (kernel/bpf/arraymap.c).
        self._stride = -(-value.itemsize // 8) * 8 if self.per_cpu else value.itemsize
        self._cell = np.dtype(
            {"names": ["value"], "formats": [bytes_as_text(value)], "itemsize": self._stride}
        )
        super().__init__(name, fd, max_entries, key.itemsize, self._stride * self._cpus)

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
            self._update(keys, bytes(count * self._size), count)
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
        values = np.frombuffer(raw_values, self._cell)["value"]
        frame = decode_entries(keys, values, self._cpus if self.per_cpu else None)
        if frame.empty:
            frame.attrs[WHY] = no_entries(self.places)
        return frame

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
                key_bytes = pack_key(key, self.key_dtype, self.name)
                packed.append((key_bytes, self._packed_value(value)))
        except LabError as error:
            wrong = error
        return b"".join(key for key, _ in packed), b"".join(value for _, value in packed), wrong

    def _packed_value(self, value: Any) -> bytes:
        if self.type == "prog_array" and isinstance(value, str):
            if value not in self._programs:
                raise refusals.no_program(value, self._programs)
            value = self._programs[value]
        elif self.type in OF_MAPS:
            if not isinstance(value, Map):
                raise refusals.no_map(self.name, value)
            value = value._live()
        values = value if self.per_cpu and isinstance(value, list | tuple) else [value] * self._cpus
        if len(values) != self._cpus:
            raise refusals.no_value_for_each_cpu(self.name, self._cpus, len(values))
        parts = (pack(v, self.value_dtype, self.name) for v in values)
        return b"".join(part.ljust(self._stride, b"\0") for part in parts)
