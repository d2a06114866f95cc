"""A map's entries as bytes: read and written by its descriptor, which another thread may close."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from bpflab.bindings import bpf_map
from bpflab.data import pins
from bpflab.data.refusals import Uncopied
from bpflab.errors import LabError

_AT_ONCE = 1 << 20  # bytes of entries that one call reads


class Entries(Uncopied):
    """What one descriptor of a map gives, its keys and values as bytes.

    Attributes:
        name: of the map.
        fd: the descriptor, or -1 once it is closed.
        max_entries: as the map was made.
    """

    def __init__(self, name: str, fd: int, max_entries: int, key_size: int, size: int) -> None:
        self.name = name
        self.fd = fd
        self.max_entries = max_entries
        self._key_size = key_size
        self._size = size  # bytes of a value, for all CPUs together
        # A descriptor that another thread closes may be another map's at once.
        self._lock = threading.RLock()

    def duplicate(self) -> Self:
        """Return this map with a second descriptor, which lives until its ``close``."""
        twin = object.__new__(type(self))
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

    def _entries(self, *, delete: bool = False) -> tuple[bytes, bytes]:
        """Return all keys, each once, and their values, joined; with *delete* they are gone."""
        count = min(_AT_ONCE // max(self._key_size + self._size, 1) + 1, self.max_entries)
        with self._lock, contextlib.suppress(OSError):  # where it changes too fast, key by key
            sizes = (self._key_size, self._size, count)
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
                key = bpf_map.next_key(self._live(), key, self._key_size)
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
