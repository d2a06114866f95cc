"""The system call bpf(2), for what BCC has no function for."""

from __future__ import annotations

import ctypes
import os
import platform

from bpflab.errors import LabError

_NUMBERS = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "ppc64le": 361, "s390x": 351}
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
