"""One run of a raw tracepoint's program without its event: BPF_PROG_TEST_RUN on arguments."""

from __future__ import annotations

import ctypes
import struct

from bpflab.arguments import checked, within
from bpflab.bindings.bpfsys import bpf
from bpflab.errors import LabError
from bpflab.programs.program import Program

_TEST_RUN = 10  # enum bpf_cmd, include/uapi/linux/bpf.h
_ATTRIBUTES = struct.Struct("IIIIQQIIIIQQ")  # the head of union bpf_attr's member test
_MOST = 12  # arguments: MAX_BPF_FUNC_ARGS, include/linux/bpf.h


@checked
def invoke(program: Program, function: str, *arguments: int) -> int:
    """Run *function* once with *arguments* for ``ctx->args``; return the value it ended with.

    It runs in this process, on this CPU, for real: it counts in its maps and sends its events, and
    after a tail call the value is that of the program it jumped to. Missing arguments are 0. Linux
    5.10 and later; *program* must be loaded as ``raw_tracepoint`` (kernel commit 1b4d60ec162f).

    Raises:
        LabError: ``test-run`` where the kernel does not run it so; ``no-program``, ``closed``;
            ``argument`` for a number of more than 64 bits.

    >>> invoke(dispatcher, "dispatch", 0, syscalls.number("execve"))
    1
    """
    for value in arguments:
        within("An argument", value, -(2**63), 2**64 - 1)
    if program.type != "raw_tracepoint" or len(arguments) > _MOST:
        raise LabError(
            "test-run",
            f"{function} cannot be run with arguments of your choice.",
            why=f"{program.name} is loaded as {program.type}, with {len(arguments)} arguments.",
            fix=f'Load it with type="raw_tracepoint", and give at most {_MOST}.',
        )
    context = (ctypes.c_uint64 * _MOST)(*arguments)
    size, address = ctypes.sizeof(context), ctypes.addressof(context)
    try:
        with program.descriptor(function) as fd:
            _, left = bpf(_TEST_RUN, _ATTRIBUTES.pack(fd, 0, 0, 0, 0, 0, 0, 0, size, 0, address, 0))
    except OSError as error:
        raise LabError(
            "test-run", f"The kernel does not test-run {function}: {error.strerror}."
        ) from None
    return int(_ATTRIBUTES.unpack_from(left)[1])
