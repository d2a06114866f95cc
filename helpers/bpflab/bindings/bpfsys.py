"""The system call bpf(2), for what BCC has no function for."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

from bpflab.errors import LabError

_NUMBERS = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "ppc64le": 361, "s390x": 351}
_INFO_BY_FD = 15  # BPF_OBJ_GET_INFO_BY_FD in enum bpf_cmd, include/uapi/linux/bpf.h
_MISSES = 208  # the offset of recursion_misses in struct bpf_prog_info
_ROOM = 128  # bytes of union bpf_attr that we send; what we leave zero means "not asked"
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_long]
_libc.syscall.restype = ctypes.c_long


def bpf(command: int, attributes: bytes) -> tuple[int, bytes]:
    """Return what bpf(2) returns, and the attributes as the kernel left them."""
    number = _NUMBERS.get(platform.machine())
    if number is None:
        raise LabError(
            "machine", f"The number of bpf(2) on {platform.machine()} is not known here."
        )
    room = ctypes.create_string_buffer(attributes, _ROOM)
    result = _libc.syscall(number, command, room, _ROOM)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result, room.raw


def recursion_misses(fd: int) -> int:
    """Return how many runs of the program behind *fd* the kernel skipped.

    A program is not entered again on a CPU that is in the middle of it. The event is then lost to
    the program, which cannot count it; the kernel does, without BPF statistics too (raw
    tracepoints since commit 05b24ff9b2cf, Linux 6.1). Where perf itself stops a run before it
    asks the program, as it does at tracepoints before Linux 7.2, nobody counts.

    Raises:
        OSError: where *fd* is closed or is no program.
    """
    facts = ctypes.create_string_buffer(_MISSES + 8)
    bpf(_INFO_BY_FD, struct.pack("IIQ", fd, len(facts), ctypes.addressof(facts)))
    return int(struct.unpack_from("Q", facts, _MISSES)[0])
