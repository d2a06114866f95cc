"""bpf(2) through ctypes: what the kernel tells of a program or a map, and the walk over all."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import struct
from collections.abc import Iterator

from bpflab.bindings.bpf import bpf
from bpflab.errors import LabError

_TASK_FD_QUERY = 20
_NEXT_ID = {"program": 11, "map": 12, "link": 31}
_FD_BY_ID = {"program": 13, "map": 14, "link": 30}
_QUERY_BPF = 0xC008240A  # PERF_EVENT_IOC_QUERY_BPF
_MANY = 64  # programs on one tracepoint: BPF_TRACE_MAX_PROGS


def ids(kind: str) -> Iterator[int]:
    """Yield the id of each object of *kind* that the machine holds, in rising order.

    Raises:
        LabError: ``privilege`` without CAP_SYS_ADMIN, which the walk takes (BPF_PROG_GET_NEXT_ID
            and its kin in kernel/bpf/syscall.c).
    """
    last = 0
    while True:
        try:
            answer = bpf(_NEXT_ID[kind], struct.pack("II", last, 0))[1]
        except FileNotFoundError:
            return
        except PermissionError:
            raise LabError(
                "privilege",
                f"This process may not walk the kernel's list of {kind}s.",
                why="It lacks CAP_SYS_ADMIN; CAP_BPF and CAP_PERFMON open only its objects.",
                fix=f"Without everyone=True you see the {kind}s of this process; "
                f"`sudo bpftool {'prog' if kind == 'program' else kind} list` shows all.",
            ) from None
        last = struct.unpack_from("I", answer, 4)[0]
        yield last


def open_id(kind: str, number: int) -> int:
    """Return a new fd of the object of *kind* with id *number*; takes CAP_SYS_ADMIN.

    Raises:
        OSError: FileNotFoundError where it is gone, PermissionError where it is not allowed.
    """
    return bpf(_FD_BY_ID[kind], struct.pack("I", number))[0]


def behind(pid: int, fd: int) -> tuple[int, int, str, int] | None:
    """Return what runs behind perf event *fd* of *pid*, or None where no program does.

    That is the program's id, the number of ``words.HOOKS``, the tracepoint, symbol or file, and
    the offset in it. Takes CAP_SYS_ADMIN (BPF_TASK_FD_QUERY), on one's own fds too.

    Raises:
        OSError: PermissionError without it; EOPNOTSUPP for a program of type perf_event.
    """
    name = ctypes.create_string_buffer(256)
    asked = struct.pack("IIIIQ", pid, fd, 0, len(name), ctypes.addressof(name))
    try:
        answer = bpf(_TASK_FD_QUERY, asked)[1]
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EBADF, errno.ESRCH):
            return None
        raise
    program, hook, offset = struct.unpack_from("IIQ", answer, 24)
    return program, hook, name.value.decode(errors="backslashreplace"), offset


def on_same_event(fd: int) -> set[int] | None:
    """Return the ids of all programs on the tracepoint of perf event *fd*, whoever attached them.

    None where the kernel does not say: without CAP_PERFMON, or where *fd* is no tracepoint's.
    """
    room = bytearray(struct.pack("II", _MANY, 0) + bytes(4 * _MANY))
    try:
        fcntl.ioctl(fd, _QUERY_BPF, room)
    except OSError as error:
        return set() if error.errno == errno.ENOENT else None
    count = struct.unpack_from("I", room, 4)[0]
    return set(struct.unpack_from(f"{count}I", room, 8))
