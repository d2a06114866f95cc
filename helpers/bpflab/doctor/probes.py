"""What the kernel can do, learned by doing it: a map, or a program of a few instructions.

Each probe returns an empty text, or what the kernel said instead. All that it makes is gone when it
returns, and no program of a probe ever sees an event, but for those that are run on zeros.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bpflab.doctor.machine import Machine
from bpflab.errors import LabError
from bpflab.text import safe_text

_MAP_CREATE, _PROG_LOAD, _TEST_RUN, _RAW_TRACEPOINT_OPEN, _BTF_LOAD = 0, 5, 10, 17, 18
SOCKET_FILTER, TRACEPOINT, RAW_TRACEPOINT = 1, 5, 17  # enum bpf_prog_type
_ENOTSUPP = 524  # include/linux/errno.h; the C library has no words for it
_LOG_BYTES = 1 << 16
_SEIZE = 0x4206  # PTRACE_SEIZE, include/uapi/linux/ptrace.h
_TAIL_CALL, _LOOP = 12, 181  # BPF_FUNC_, include/uapi/linux/bpf.h


def code(op: int, to: int = 0, of: int = 0, value: int = 0) -> bytes:
    """Return one instruction, ``struct bpf_insn``, without an offset."""
    registers = to | of << 4 if sys.byteorder == "little" else to << 4 | of
    return struct.pack("=BBhi", op, registers, 0, value)


RETURN_0 = code(0xB7) + code(0x95)
"""The smallest program: r0 = 0, exit."""


def maps(
    machine: Machine, kinds: Sequence[int], key: int = 4, value: int = 8, entries: int = 1
) -> str:
    """Make a map of each of these types (enum bpf_map_type); sizes in bytes."""
    try:
        for kind in kinds:
            with _map(machine, kind, key, value, entries):
                pass
    except (OSError, LabError) as error:
        return _said(error)
    return ""


def program(machine: Machine, kind: int, instructions: bytes = RETURN_0) -> str:
    """Load a program of this type, and nothing more."""
    try:
        with _program(machine, kind, instructions):
            return ""
    except (OSError, LabError) as error:
        return _said(error)


def raw_tracepoint(machine: Machine, event: bytes = b"sys_enter") -> str:
    """Attach a program that does nothing to a raw tracepoint, and take it off."""
    name = ctypes.create_string_buffer(event)
    try:
        with _program(machine, RAW_TRACEPOINT, RETURN_0) as fd:
            link = struct.pack("=QII", ctypes.addressof(name), fd, 0)
            os.close(machine.bpf(_RAW_TRACEPOINT_OPEN, link)[0])
    except (OSError, LabError) as error:
        return _said(error)
    return ""


def run(machine: Machine, kind: int) -> str:
    """Run a program once by BPF_PROG_TEST_RUN: a filter on a packet of zeros, others on none."""
    packet = ctypes.create_string_buffer(64)
    size, repeat = (len(packet), 1) if kind == SOCKET_FILTER else (0, 0)
    try:
        with _program(machine, kind, RETURN_0) as fd:
            address = ctypes.addressof(packet) if size else 0
            machine.bpf(_TEST_RUN, struct.pack("=IIIIQQII", fd, 0, size, 0, address, 0, repeat, 0))
    except (OSError, LabError) as error:
        return _said(error)
    return ""


def tail_call_in_function(machine: Machine) -> str:
    """Load a program that calls a function, which makes a tail call: it takes a JIT that can."""
    try:
        with _map(machine, 3, 4, 4, 1) as table, _two_functions(machine) as types:
            text = code(0x85, of=1, value=2) + RETURN_0  # call the function, two further on
            text += code(0x18, to=2, of=1, value=table) + code(0)  # r2 = the table, in two words
            text += code(0xB7, to=3) + code(0x85, value=_TAIL_CALL) + RETURN_0
            with _program(machine, SOCKET_FILTER, text, types=types, starts=(0, 3)):
                return ""
    except (OSError, LabError) as error:
        return _said(error)


def loop_helper(machine: Machine) -> str:
    """Ask for the helper bpf_loop, wrongly: the verifier says whether it is that, or unknown."""
    log = ctypes.create_string_buffer(_LOG_BYTES)
    try:
        with _program(machine, TRACEPOINT, code(0x85, value=_LOOP) + RETURN_0, log):
            pass
    except (OSError, LabError) as error:
        if not log.value:
            return _said(error)
    unknown = b"invalid func" in log.value or b"unknown func" in log.value
    return "the verifier knows no such helper" if unknown else ""


def traced_child() -> str:
    """Trace a child of our own with ptrace(2), as a debugger does."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    try:
        child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    except OSError as error:
        return _said(error)
    with child:
        try:
            refused = libc.ptrace(_SEIZE, child.pid, None, None) != 0
            return os.strerror(ctypes.get_errno()) if refused else ""
        finally:
            child.kill()


@contextmanager
def _map(machine: Machine, kind: int, key: int, value: int, entries: int) -> Iterator[int]:
    fd, _ = machine.bpf(_MAP_CREATE, struct.pack("=IIIII", kind, key, value, entries, 0))
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _two_functions(machine: Machine) -> Iterator[int]:
    """Give the kernel the types of two functions, ids 3 and 4; without, they may not tail-call."""
    names = b"\0int\0f\0"
    types = [(1, 1 << 24, 4, 1 << 24 | 32), (0, 13 << 24, 1)]  # int, and a function that returns it
    types += [(5, 12 << 24, 2)] * 2
    body = b"".join(struct.pack(f"={len(words)}I", *words) for words in types)
    head = struct.pack("=HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(body), len(body), len(names))
    blob = ctypes.create_string_buffer(head + body + names, 24 + len(body) + len(names))
    room = struct.pack("=QQII", ctypes.addressof(blob), 0, len(blob), 0)
    fd, _ = machine.bpf(_BTF_LOAD, room)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _program(
    machine: Machine,
    kind: int,
    instructions: bytes,
    log: ctypes.Array[ctypes.c_char] | None = None,
    types: int = 0,
    starts: tuple[int, ...] = (),
) -> Iterator[int]:
    """Load it; with *types*, the fd of its BTF, each function begins at one of *starts*."""
    text, license = ctypes.create_string_buffer(instructions), ctypes.create_string_buffer(b"GPL")
    rows = b"".join(struct.pack("=II", at, 3 + number) for number, at in enumerate(starts))
    functions = ctypes.create_string_buffer(rows)
    told = (1, len(log), ctypes.addressof(log)) if log else (0, 0, 0)
    head = (kind, len(instructions) // 8, ctypes.addressof(text), ctypes.addressof(license))
    attributes = struct.pack("=IIQQIIQ32x", *head, *told)
    attributes += struct.pack("=IIQI", types, 8, ctypes.addressof(functions), len(starts))
    fd, _ = machine.bpf(_PROG_LOAD, attributes if types else attributes[:40])
    try:
        yield fd
    finally:
        os.close(fd)


def _said(error: OSError | LabError) -> str:
    if isinstance(error, LabError):  # an architecture whose number of bpf(2) is not known
        return error.message
    if error.errno == _ENOTSUPP:
        return "not supported"
    return safe_text(os.strerror(error.errno or errno.EIO).encode())
