"""Bytes of a ring buffer, for a reader in Python: those of a real one, and those of known records.

The layout is that of kernel/bpf/ringbuf.c: see `bpflab.data.ring`.
"""

from __future__ import annotations

import os
import random
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from bpflab import syscalls
from bpflab.data.ring import BUSY, DISCARDED, taken
from bpflab.programs.loading import load

SIZE = 4096
_HEADER = struct.Struct("=2I")


@dataclass(frozen=True)
class Record:
    """A record that begins with a number.

    Attributes:
        number: in its first four bytes.
        length: of its data, in bytes.
        busy, discarded: what its header says.
    """

    number: int
    length: int = 16
    busy: bool = False
    discarded: bool = False

    def __bytes__(self) -> bytes:
        header = self.length | self.busy * BUSY | self.discarded * DISCARDED
        data = struct.pack("=I", self.number).ljust(self.length, b"\1")
        return (_HEADER.pack(header, 0) + data).ljust(taken(self.length), b"\2")


def ring(records: Iterable[Record], at: int) -> tuple[bytes, int, int]:
    """Return a ring's data, twice in a row as a reader maps them, and the two positions.

    The first record begins at position *at*, a multiple of 8; what stands elsewhere is left over.
    """
    data, end = bytearray(random.randbytes(SIZE)), at
    for raw in map(bytes, records):
        for offset, byte in enumerate(raw):
            data[(end + offset) % SIZE] = byte
        end += len(raw)
    return bytes(data + data), at, end


def half_way() -> bytes:
    """Return two records of a real ring: number 1 is busy, and number 2, behind it, is done."""
    one_call = {"TID": threading.get_native_id(), "NR": syscalls.number("getppid")}
    with load(
        "events/behind", label="half way", type="raw_tracepoint", defines=one_call
    ) as program:
        with program.attached(first="sys_enter", second="bpf_trace_printk"):
            os.getppid()
        (raw,) = program.maps["half_way"].raw(0)
    return bytes(raw)
