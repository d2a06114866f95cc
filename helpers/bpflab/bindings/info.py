"""What the kernel tells of an object behind a descriptor: BPF_OBJ_GET_INFO_BY_FD."""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_char, c_uint8, c_uint32, c_uint64
from typing import TypeVar

from bpflab.bindings.bpf import bpf
from bpflab.errors import LabError

_INFO_BY_FD = 15  # enum bpf_cmd, include/uapi/linux/bpf.h


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
        ("recursion_misses", c_uint64),
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


class BtfInfo(ctypes.Structure):
    """The head of ``struct bpf_btf_info``."""

    _fields_ = [("btf", c_uint64), ("btf_size", c_uint32), ("id", c_uint32)]


Info = TypeVar("Info", ProgramInfo, MapInfo, BtfInfo)


def info(fd: int, into: Info) -> Info:
    """Fill *into* with what the kernel tells of the object behind *fd*, and return it.

    It needs no privilege for a descriptor of this process, but a kernel before 5.19 that refuses
    bpf(2) to ordinary users (sysctl kernel.unprivileged_bpf_disabled) refuses this too.

    Raises:
        LabError: ``privilege`` then.
        OSError: where *fd* is closed, or no such object.
    """
    # The kernel looks at no more than it knows, and wants the rest to be zero: it is.
    asked = struct.pack("IIQ", fd, ctypes.sizeof(into), ctypes.addressof(into))
    try:
        bpf(_INFO_BY_FD, asked)
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


def btf(fd: int) -> bytes:
    """Return the type information behind *fd*, as it was loaded."""
    size = info(fd, BtfInfo()).btf_size
    room = ctypes.create_string_buffer(size)
    info(fd, BtfInfo(btf_size=size, btf=ctypes.addressof(room)))
    return room.raw


def line_info(fd: int) -> tuple[bytes, bytes]:
    """Return the program's ``struct bpf_func_info`` and ``struct bpf_line_info``, each joined."""
    found = info(fd, ProgramInfo())
    functions = ctypes.create_string_buffer(8 * found.nr_func_info)
    lines = ctypes.create_string_buffer(16 * found.nr_line_info)
    info(
        fd,
        ProgramInfo(
            nr_func_info=found.nr_func_info,
            func_info_rec_size=8,
            func_info=ctypes.addressof(functions),
            nr_line_info=found.nr_line_info,
            line_info_rec_size=16,
            line_info=ctypes.addressof(lines),
        ),
    )
    return functions.raw, lines.raw


def recursion_misses(fd: int) -> int:
    """Return how many runs of the program behind *fd* the kernel skipped.

    A program is not entered again on a CPU that is in the middle of it. The event is then lost to
    the program, which cannot count it; the kernel does, without BPF statistics too (raw
    tracepoints since commit 05b24ff9b2cf, Linux 6.1). Where perf itself stops a run before it
    asks the program, as it does at tracepoints before Linux 7.2, nobody counts.

    Raises:
        OSError: where *fd* is closed or is no program.
    """
    return int(info(fd, ProgramInfo()).recursion_misses)
