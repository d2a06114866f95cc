"""What a program costs, in nanoseconds a run: measured inside the kernel by BPF_PROG_TEST_RUN."""

from __future__ import annotations

import ctypes
import os
import platform

from bpflab.errors import LabError
from bpflab.program import Program

_TEST_RUN = 10  # enum bpf_cmd, include/uapi/linux/bpf.h
_NUMBER = {"x86_64": 321, "aarch64": 280, "riscv64": 280}  # of the system call bpf
_PACKET = 64  # a socket filter wants at least an Ethernet header to look at


class _TestRun(ctypes.Structure):
    """The member ``test`` of ``union bpf_attr``."""

    _fields_ = (
        ("prog_fd", ctypes.c_uint32),
        ("retval", ctypes.c_uint32),
        ("data_size_in", ctypes.c_uint32),
        ("data_size_out", ctypes.c_uint32),
        ("data_in", ctypes.c_uint64),
        ("data_out", ctypes.c_uint64),
        ("repeat", ctypes.c_uint32),
        ("duration", ctypes.c_uint32),
        ("ctx_size_in", ctypes.c_uint32),
        ("ctx_size_out", ctypes.c_uint32),
        ("ctx_in", ctypes.c_uint64),
        ("ctx_out", ctypes.c_uint64),
        ("flags", ctypes.c_uint32),
        ("cpu", ctypes.c_uint32),
        ("batch_size", ctypes.c_uint32),
        ("unused", ctypes.c_uint32),
    )


def cost_ns(program: Program, function: str, *, repeat: int = 100_000, rounds: int = 7) -> float:
    """Return the ns that one run of *function* takes: the least of *rounds* averages over *repeat*.

    The least, because whatever else the machine does can only add. It includes the kernel's own
    loop, so compare with an empty program. *program* must be loaded as ``socket_filter``: tracing
    programs cannot be repeated (net/bpf/test_run.c).

    Raises:
        LabError: ``cost`` where the kernel does not run it this way.
    """
    return float(min(_run(program, function, repeat)[1] for _ in range(rounds)))


def result(program: Program, function: str) -> int:
    """Run *function* once on a packet of zeros and return what it returned."""
    return _run(program, function, 1)[0]


def _run(program: Program, function: str, repeat: int) -> tuple[int, int]:
    packet = ctypes.create_string_buffer(_PACKET)
    attr = _TestRun(
        prog_fd=program.functions[function],
        data_size_in=_PACKET,
        data_in=ctypes.addressof(packet),
        repeat=repeat,
    )
    libc = ctypes.CDLL(None, use_errno=True)
    number = ctypes.c_long(_NUMBER[platform.machine()])
    if libc.syscall(number, _TEST_RUN, ctypes.byref(attr), ctypes.c_uint(ctypes.sizeof(attr))) < 0:
        raise LabError(
            "cost",
            f"The kernel does not test-run {function}: {os.strerror(ctypes.get_errno())}.",
            why=f"{program.name} is loaded as {program.type}.",
            fix='Load it with type="socket_filter".',
        )
    return attr.retval, attr.duration
