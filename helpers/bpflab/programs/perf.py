"""A perf buffer read by mapping it: batches of records into numpy, in bounded time.

The older way from a program to user space (``BPF_PERF_OUTPUT``): a buffer for each CPU. The layout
is that of include/uapi/linux/perf_event.h: a page with both positions, then the data, mapped once.
A record is a header of 8 bytes; a sample then has its size in 4 bytes, the event, padding to 8.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import struct
import sys
import weakref
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bpflab.bindings import cpus, perfevent
from bpflab.data.events import EventLog
from bpflab.data.maps import Map
from bpflab.data.ring import ACQUIRE, RELEASE, atomics
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.programs.handles import Handle

_HEAD, _TAIL = 1024, 1032  # data_head and data_tail in struct perf_event_mmap_page
_HEADER = struct.Struct("IHH")  # type, misc, size
_LOST, _SAMPLE = 2, 9  # PERF_RECORD_


class PerfBuffer(Handle):
    """The reader of a perf buffer: one ring of *pages* for each CPU that is online.

    ``program.perf_buffer`` makes it. A sleeper is woken by every event, as in BCC.

    Each ``read`` looks at each CPU's position once and stops there. What a CPU writes arrives in
    its order; the CPUs come one after the other, so across them there is none.

    Attributes:
        dtype: the event's dtype, from the program's own C struct.
        size: bytes of data for each CPU.
        fds: the perf event of each CPU: a sleeper waits on these.
        lost: events that did not fit, as far as the kernel has reported them. It reports a loss
            with the next event of that CPU that fits (``PERF_RECORD_LOST``).

    >>> with program.perf_buffer(pages=8) as buffer:
    ...     buffer.read()
    """

    discarded = 0  # what is written to a perf buffer cannot be taken back

    def __init__(
        self, table: Map, dtype: np.dtype[Any], pages: int, *, counters: Mapping[str, Map]
    ) -> None:
        """Open a buffer for each CPU, and put each into *table*; *counters* are for its ledger.

        Raises:
            LabError: ``pages``, ``privilege``.
        """
        super().__init__()
        if pages < 1 or pages & (pages - 1):
            raise LabError("pages", f"{pages} pages: the number must be a power of two.")
        self.name, self.dtype, self.lost = table.name, dtype, 0
        self.fds: dict[int, int] = {}
        self._pages: dict[int, mmap.mmap] = {}
        self.size = pages * mmap.PAGESIZE
        self._counters = counters
        self._load, self._store, _ = atomics()
        self._release = weakref.finalize(self, _release, table, self.fds, self._pages, os.getpid())
        try:
            for cpu in cpus.online():
                with held_back():
                    self.fds[cpu] = perfevent.open_event(
                        perfevent.SOFTWARE, perfevent.BPF_OUTPUT, cpu
                    )
                    self._pages[cpu] = mmap.mmap(self.fds[cpu], mmap.PAGESIZE + self.size)
                    table[cpu] = self.fds[cpu]
        except BaseException as error:
            mapping = len(self.fds) > len(self._pages)
            self._release()
            if isinstance(error, OSError | OverflowError):
                raise _refused(error, pages if mapping else 0) from None
            raise

    def read(self) -> npt.NDArray[Any]:
        """Return what all CPUs had written at the time of the call, one CPU after the other.

        Raises:
            LabError: ``closed``; ``record-size`` where an event is smaller than its struct. Then
                nothing is read.
        """
        with self._lock, held_back():
            if self.closed:
                raise LabError("closed", "This perf buffer is closed.")
            unread = self._unread()
            for position, head, _, _ in unread:
                self._store(position, head, RELEASE)
            self.lost += sum(lost for *_, lost in unread)
            return np.frombuffer(bytearray(b"".join(part for *_, part, _ in unread)), self.dtype)

    @property
    def waiting(self) -> int:
        """How many events are in the buffers of all CPUs."""
        with self._lock:
            return sum(len(part) for *_, part, _ in self._unread()) // self.dtype.itemsize

    def _unread(self) -> list[tuple[int, int, bytes, int]]:
        """Return for each CPU: the address of its tail, its head, its events, and what was lost."""
        found = []
        for page in self._pages.values():
            address = ctypes.addressof(ctypes.c_char.from_buffer(page))
            head, tail = (self._load(address + at, ACQUIRE) for at in (_HEAD, _TAIL))
            events, lost = unpacked(between(page, self.size, tail, head), self.dtype.itemsize)
            found.append((address + _TAIL, head, events, lost))
        return found

    @cached_property
    def events(self) -> EventLog:
        """Its log; the ledger holds where ``dropped`` counts the calls that were refused."""
        return EventLog(self, self._counters)


def between(memory: mmap.mmap, size: int, tail: int, head: int) -> bytes:
    """Return what one CPU wrote between two positions: a page, then *size* bytes, mapped once."""
    at = mmap.PAGESIZE + tail % size
    records = memory[at : at + head - tail]
    return records + memory[mmap.PAGESIZE : mmap.PAGESIZE + head - tail - len(records)]


def unpacked(records: bytes, size: int) -> tuple[bytes, int]:
    """Return the events of *size* bytes in whole records, joined, and how many were lost.

    Raises:
        LabError: ``record-size`` where an event is smaller.
    """
    events, lost, at = [], 0, 0
    while at < len(records):
        kind, _, length = _HEADER.unpack_from(records, at)
        body = records[at + _HEADER.size : at + length]
        at += length
        if kind == _LOST:  # an id, and how many
            lost += int.from_bytes(body[8:16], sys.byteorder)
        elif kind == _SAMPLE:  # a size, and the event
            if len(body) < 4 + size:
                message = f"A record has {len(body) - 4} bytes, and its struct {size}."
                raise LabError("record-size", message, fix="Send one struct, and all of it.")
            events.append(body[4 : 4 + size])
    return b"".join(events), lost


def _refused(error: OSError | OverflowError, pages: int) -> LabError:
    """Return why there is no perf event, or with *pages* no memory for it."""
    reason = getattr(error, "strerror", None) or error
    if pages:
        message = f"The kernel gives no buffer of {pages} pages for each CPU: {reason}."
        return LabError("pages", message, fix="Take fewer.")
    denied = getattr(error, "errno", 0) in (errno.EPERM, errno.EACCES)
    return LabError(
        "privilege" if denied else "perf-buffer",
        f"The kernel opens no perf event: {reason}.",
        fix="It needs CAP_PERFMON; ./lab doctor shows whether you have it." if denied else "",
    )


def _release(table: Map, fds: dict[int, int], pages: dict[int, mmap.mmap], owner: int) -> None:
    """Give back all that the kernel holds; runs once, whoever asks first."""
    if os.getpid() != owner:
        return  # a forked child must not empty the map of its parent
    with held_back():
        for cpu, fd in fds.items():
            with suppress(LabError):  # the map may have gone with its program
                del table[cpu]
            if cpu in pages:
                pages[cpu].close()
            os.close(fd)
        fds.clear()
        pages.clear()
