"""What a program costs, in nanoseconds a run: measured inside the kernel by BPF_PROG_TEST_RUN."""

from __future__ import annotations

import ctypes
import struct

from bpflab.arguments import checked, within
from bpflab.bindings.bpfsys import bpf
from bpflab.errors import LabError
from bpflab.programs.bpfobject import BpfObject
from bpflab.programs.program import Program

_TEST_RUN = 10  # enum bpf_cmd, include/uapi/linux/bpf.h
_ATTRIBUTES = struct.Struct("IIIIQQII")  # the head of union bpf_attr's member test
_ENOTSUPP = 524  # include/linux/errno.h; the C library has no words for it
_PACKET = 64  # a socket filter wants at least an Ethernet header to look at


@checked
def cost_ns(
    program: Program | BpfObject, function: str, *, repeat: int = 100_000, rounds: int = 7
) -> float:
    """Return the ns that one run of *function* takes: the least of *rounds* averages over *repeat*.

    The least, because whatever else the machine does can only add. It includes the kernel's own
    loop, so compare with an empty program. *program* must be loaded as ``socket_filter``: tracing
    programs cannot be repeated (net/bpf/test_run.c).

    Raises:
        LabError: ``cost`` where the kernel does not run it this way; ``no-program`` and ``closed``.
    """
    within("repeat", repeat, 1, 2**31 - 1)
    within("rounds", rounds, 1)
    return float(min(_run(program, function, repeat)[1] for _ in range(rounds)))


@checked
def result(program: Program | BpfObject, function: str) -> int:
    """Run *function* once on a packet of zeros and return what it returned, 0 to 2**32 - 1."""
    return _run(program, function, 1)[0]


def _run(program: Program | BpfObject, function: str, repeat: int) -> tuple[int, int]:
    packet = ctypes.create_string_buffer(_PACKET)
    address = ctypes.addressof(packet)
    try:
        with program.descriptor(function) as fd:
            _, left = bpf(_TEST_RUN, _ATTRIBUTES.pack(fd, 0, _PACKET, 0, address, 0, repeat, 0))
    except OSError as error:
        said = "not supported" if error.errno == _ENOTSUPP else error.strerror
        raise LabError(
            "cost",
            f"The kernel does not test-run {function}: {said}.",
            why=f"{program.name} is loaded as {program.type}.",
            fix='Load it with type="socket_filter".',
        ) from None
    answer = _ATTRIBUTES.unpack_from(left)
    return int(answer[1]), int(answer[7])
