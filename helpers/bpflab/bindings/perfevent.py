"""The system call perf_event_open(2): an event that runs a program, or takes what programs send."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import platform
import struct

from bpflab.errors import LabError

TRACEPOINT, SOFTWARE = 2, 1  # enum perf_type_id, include/uapi/linux/perf_event.h
BPF_OUTPUT = 10  # PERF_COUNT_SW_BPF_OUTPUT
_NUMBERS = {"x86_64": 298, "aarch64": 241, "riscv64": 241, "s390x": 331}
_ATTRIBUTES = struct.Struct("IIQQQQQIIQ")  # struct perf_event_attr, its first 64 bytes
_RAW = 1 << 10  # PERF_SAMPLE_RAW
_CLOSE_ON_EXEC = 8
_ENABLE, _DISABLE, _SET_BPF = 0x2400, 0x2401, 0x40042408  # PERF_EVENT_IOC_
_libc = ctypes.CDLL(None, use_errno=True)


def open_event(kind: int, which: int, cpu: int) -> int:
    """Return the fd of event *which* of *kind*, of every process; each one is reported at once.

    A tracepoint that runs a program is met on every CPU, whatever *cpu* says
    (perf_trace_run_bpf_submit in kernel/events/core.c).

    Raises:
        LabError: ``machine``.
        OSError: as the kernel refuses.
    """
    machine = platform.machine()
    if machine not in _NUMBERS:
        raise LabError("machine", f"The number of perf_event_open(2) on {machine} is not known.")
    attributes = _ATTRIBUTES.pack(kind, _ATTRIBUTES.size, which, 1, _RAW, 0, 0, 1, 0, 0)
    # The event's attributes, every process, this CPU, no group.
    numbers = [ctypes.c_long(n) for n in (-1, cpu, -1, _CLOSE_ON_EXEC)]
    fd = _libc.syscall(ctypes.c_long(_NUMBERS[machine]), attributes, *numbers)
    if fd < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(fd)


def start(event: int, program_fd: int) -> None:
    """Let *event* run the program behind *program_fd* from now on.

    Not by libbcc: it prints what the kernel answers on fd 2, and returns another errno.

    Raises:
        OSError: as the kernel refuses.
    """
    fcntl.ioctl(event, _SET_BPF, program_fd)
    fcntl.ioctl(event, _ENABLE, 0)


def end(event: int) -> None:
    """Stop *event*, also for others that have a descriptor of it, and close this descriptor."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(event, _DISABLE, 0)
    os.close(event)
