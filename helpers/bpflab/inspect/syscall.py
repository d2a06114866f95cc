"""bpf(2) through ctypes: what the kernel tells of a program or a map, and the walk over all."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import struct
from collections.abc import Iterator
from ctypes import c_char, c_uint8, c_uint32, c_uint64
from typing import TypeVar

from bpflab.bindings.bpfsys import bpf
from bpflab.errors import LabError

_INFO_BY_FD, _TASK_FD_QUERY = 15, 20
_NEXT_ID = {"program": 11, "map": 12, "link": 31}
_FD_BY_ID = {"program": 13, "map": 14, "link": 30}
_QUERY_BPF = 0xC008240A  # PERF_EVENT_IOC_QUERY_BPF
_MANY = 64  # programs on one tracepoint: BPF_TRACE_MAX_PROGS


class ProgramInfo(ctypes.Structure):
    """The head of ``struct bpf_prog_info``; a kernel that knows less leaves zeros."""

    _fields_ = [
        ("type", c_uint32),
        ("id", c_uint32),
        ("tag", c_uint8 * 8),
        ("jited_prog_len", c_uint32),
        ("xlated_prog_len", c_uint32),
        ("jited_prog_insns", c_uint64),
        ("xlated_prog_insns", c_uint64),
        ("load_time", c_uint64),  # ns since boot
        ("created_by_uid", c_uint32),
        ("nr_map_ids", c_uint32),
        ("map_ids", c_uint64),
        ("name", c_char * 16),
        ("ifindex", c_uint32),
        ("gpl_compatible", c_uint32, 1),
        ("netns_dev", c_uint64),
        ("netns_ino", c_uint64),
        ("nr_jited_ksyms", c_uint32),
        ("nr_jited_func_lens", c_uint32),
        ("jited_ksyms", c_uint64),
        ("jited_func_lens", c_uint64),
        ("btf_id", c_uint32),
        ("func_info_rec_size", c_uint32),
        ("func_info", c_uint64),
        ("nr_func_info", c_uint32),
        ("nr_line_info", c_uint32),
        ("line_info", c_uint64),
        ("jited_line_info", c_uint64),
        ("nr_jited_line_info", c_uint32),
        ("line_info_rec_size", c_uint32),
        ("jited_line_info_rec_size", c_uint32),
        ("nr_prog_tags", c_uint32),
        ("prog_tags", c_uint64),
        ("run_time_ns", c_uint64),
        ("run_cnt", c_uint64),
    ]


class MapInfo(ctypes.Structure):
    """The head of ``struct bpf_map_info``."""

    _fields_ = [
        ("type", c_uint32),
        ("id", c_uint32),
        ("key_size", c_uint32),
        ("value_size", c_uint32),
        ("max_entries", c_uint32),
        ("map_flags", c_uint32),
        ("name", c_char * 16),
    ]


Info = TypeVar("Info", ProgramInfo, MapInfo)


def info(fd: int, into: Info) -> Info:
    """Fill *into* with what the kernel tells of the object behind *fd*, and return it.

    It needs no privilege for a descriptor of this process, but a kernel before 5.19 that refuses
    bpf(2) to ordinary users (sysctl kernel.unprivileged_bpf_disabled) refuses this too.

    Raises:
        LabError: ``privilege`` then.
        OSError: where *fd* is closed, or no such object.
    """
    # The kernel looks at no more than it knows, and wants the rest to be zero: it is.
    room = struct.pack("IIQ", fd, ctypes.sizeof(into), ctypes.addressof(into))
    try:
        bpf(_INFO_BY_FD, room)
    except PermissionError:
        raise LabError(
            "privilege",
            "The kernel does not tell this process about BPF objects, not even its own.",
            why="bpf(2) is closed to processes without CAP_BPF here.",
            fix="Start through ./lab, which gives CAP_BPF.",
        ) from None
    return into


def map_ids(fd: int) -> tuple[int, ...]:
    """Return the ids of the maps that the program behind *fd* uses, in the kernel's order."""
    count = info(fd, ProgramInfo()).nr_map_ids
    ids = (c_uint32 * count)()
    info(fd, ProgramInfo(nr_map_ids=count, map_ids=ctypes.addressof(ids)))
    return tuple(ids)


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
