"""The system call perf_event_open(2): an event that runs a program, or takes what programs send."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import struct
from pathlib import Path

from bpflab import syscalls
from bpflab.bindings.bpf import address

TRACEPOINT, SOFTWARE = 2, 1  # enum perf_type_id, include/uapi/linux/perf_event.h
BPF_OUTPUT = 10  # PERF_COUNT_SW_BPF_OUTPUT
KPROBES = Path("/sys/bus/event_source/devices/kprobe")
"""The kernel's source of events at its own functions, where it was built with kprobes."""
_ATTRIBUTES = struct.Struct("IIQQQQQIIQQ")  # struct perf_event_attr, its first 72 bytes
_RAW = 1 << 10  # PERF_SAMPLE_RAW
_CLOSE_ON_EXEC = 8
_ENABLE, _DISABLE, _SET_BPF = 0x2400, 0x2401, 0x40042408  # PERF_EVENT_IOC_
_libc = ctypes.CDLL(None, use_errno=True)


def open_event(kind: int, which: int, cpu: int, *, function: str = "") -> int:
    """Return the fd of event *which* of *kind*, of every process; each one is reported at once.

    A tracepoint that runs a program is met on every CPU, whatever *cpu* says
    (perf_trace_run_bpf_submit in kernel/events/core.c).

    *function* is what an event of `KPROBES` is set on.

    Raises:
        OSError: as the kernel refuses.
    """
    name = function.encode()
    place = address(name) if name else 0
    attributes = _ATTRIBUTES.pack(kind, _ATTRIBUTES.size, which, 1, _RAW, 0, 0, 1, 0, place, 0)
    # The event's attributes, every process, this CPU, no group.
    numbers = [ctypes.c_long(n) for n in (-1, cpu, -1, _CLOSE_ON_EXEC)]
    fd = _libc.syscall(ctypes.c_long(syscalls.number("perf_event_open")), attributes, *numbers)
    if fd < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(fd)


def start(event: int, program_fd: int) -> None:
    """Let *event* run the program behind *program_fd* from now on.

    Raises:
        OSError: as the kernel refuses.
    """
    fcntl.ioctl(event, _SET_BPF, program_fd)
    fcntl.ioctl(event, _ENABLE, 0)


def open_kprobe(function: str, returns: bool = False) -> int:
    """Return the fd of the event at the entry of a kernel *function*, of every process and CPU.

    With *returns* it is the event of its return.

    Raises:
        OSError: as the kernel refuses.
    """
    kind = int((KPROBES / "type").read_text(encoding="ascii"))
    return open_event(kind, int(returns), 0, function=function)  # PERF_PROBE_CONFIG_IS_RETPROBE


def end(event: int) -> None:
    """Stop *event*, also for others that have a descriptor of it, and close this descriptor."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(event, _DISABLE, 0)
    os.close(event)
