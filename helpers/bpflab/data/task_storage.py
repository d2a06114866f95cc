"""A map whose entries belong to threads, read by a thread's number."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bpflab.bindings import bpf_map
from bpflab.data.maps import Map
from bpflab.errors import LabError

Result = TypeVar("Result")
_THREAD = os.O_EXCL  # PIDFD_THREAD, include/uapi/linux/pidfd.h
_KEY = struct.Struct("i")


class TaskStorage(Map):
    """One map of the type ``task_storage``; the key is a thread's number, its **tid**.

    The kernel keeps each entry with its thread, and has no list of them. It finds a thread by an
    open descriptor of it (pidfd_open(2)), which is opened here for each question. So ``len`` and
    ``frame`` ask for every thread in /proc. Before Linux 6.9 there is a descriptor of a process
    alone, which is its first thread.

    >>> program.maps["STATE"][os.getpid()]
    """

    TYPE = "task_storage"

    def _keys(self) -> Iterator[bytes]:
        for folder in Path("/proc").glob("[0-9]*/task/[0-9]*"):
            with contextlib.suppress(LabError):  # a thread that this kernel has no descriptor of
                key = _KEY.pack(int(folder.name))
                if self._lookup(key) is not None:
                    yield key

    def _lookup(self, key: bytes) -> bytes | None:
        return self._of(key, super()._lookup, None)

    def _delete(self, key: bytes) -> bool:
        return self._of(key, super()._delete, False)

    def _update(self, keys: bytes, values: bytes, count: int) -> tuple[int, int]:
        for number in range(count):
            value = values[number * self._size :][: self._size]
            write = lambda key, value=value: bpf_map.update(self._live(), key, value)  # noqa: E731
            key = keys[number * _KEY.size :][: _KEY.size]
            if code := self._of(key, write, errno.ESRCH):
                return number, code
        return count, 0

    def _of(self, key: bytes, ask: Callable[[bytes], Result], gone: Result) -> Result:
        """Return what *ask* finds by a descriptor of thread *key*, or *gone* if there is none."""
        (tid,) = _KEY.unpack(key)
        try:
            fd = _opened(tid)
        except OSError as error:
            if tid > 0 and error.errno in (errno.EINVAL, errno.ENOENT):
                raise LabError(
                    "no-thread",
                    (
                        f"Thread {tid} is not the first thread of its process, so its entry "
                        "cannot be read."
                    ),
                    why="A descriptor of any other thread exists since Linux 6.9.",
                ) from None
            return gone
        try:
            with self._lock:
                return ask(_KEY.pack(fd))
        finally:
            os.close(fd)


def _opened(tid: int) -> int:
    try:
        return os.pidfd_open(tid, _THREAD)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return os.pidfd_open(tid)  # a kernel that does not know the flag
