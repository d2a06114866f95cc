"""Programs run without their event, by BPF_PROG_TEST_RUN: what they return and what they cost."""

from __future__ import annotations

import struct
from typing import Any

from bpflab.arguments import checked, within
from bpflab.bindings import bpf
from bpflab.errors import LabError
from bpflab.programs.handles import Loaded

_PACKET = bytes(64)  # a socket filter wants at least an Ethernet header to look at
_MOST = 12  # arguments: MAX_BPF_FUNC_ARGS, include/linux/bpf.h


class Runnable(Loaded):
    """Loaded programs that can be run without their event."""

    types: dict[str, str]

    @checked
    def cost_ns(self, function: str, *, repeat: int = 100_000, rounds: int = 7) -> float:
        """Return the ns of one run of *function*: the least of *rounds* averages over *repeat*.

        The least, because whatever else the machine does can only add. It includes the kernel's own
        loop, so compare with an empty program. The program must be loaded as ``socket_filter``:
        tracing programs cannot be repeated (net/bpf/test_run.c).

        Raises:
            LabError: ``test-run`` where the kernel does not run it so; ``no-program``, ``closed``.

        >>> program.cost_ns("entry") - program.cost_ns("empty")
        """
        within("repeat", repeat, 1, 2**31 - 1)
        within("rounds", rounds, 1)
        return float(min(_on_packet(self, function, repeat)[1] for _ in range(rounds)))

    @checked
    def invoke(self, function: str, *arguments: int) -> int:
        """Run *function* once, and return the value it ended with, 0 to 2**32 - 1.

        It runs in this process, on this CPU, for real: it counts in its maps and sends its events,
        and after a tail call the value is that of the program it jumped to. A program that is
        loaded as ``raw_tracepoint`` gets *arguments* as ``ctx->args``; missing ones are 0 (Linux
        5.10, commit 1b4d60ec162f). Any other takes none, and gets a packet of zeros if it is loaded
        as ``socket_filter``.

        Raises:
            LabError: ``test-run`` where the kernel does not run it so; ``no-program``, ``closed``;
                ``argument`` for a number of more than 64 bits.

        >>> dispatcher.invoke("dispatch", 0, syscalls.number("execve"))
        1
        """
        for value in arguments:
            within("An argument", value, -(2**63), 2**64 - 1)
        type = self.types.get(function, self.type)
        if type != "raw_tracepoint" and not arguments:
            return _on_packet(self, function, 1, ' or "raw_tracepoint"')[0]
        if type != "raw_tracepoint" or len(arguments) > _MOST:
            raise LabError(
                "test-run",
                f"{function} cannot be run with arguments of your choice.",
                why=f"{self.name} is loaded as {type}, with {len(arguments)} arguments.",
                fix=f'Load it with type="raw_tracepoint", and give at most {_MOST}.',
            )
        numbers = [value % 2**64 for value in arguments]
        context = struct.pack(f"{_MOST}Q", *numbers, *[0] * (_MOST - len(numbers)))
        return _run(self, function, "It needs Linux 5.10.", context=context)[0]


def _on_packet(program: Loaded, function: str, repeat: int, other: str = "") -> tuple[int, int]:
    fix = f'Load it with type="socket_filter"{other}.'
    return _run(program, function, fix, packet=_PACKET, repeat=repeat)


def _run(program: Loaded, function: str, fix: str, **how: Any) -> tuple[int, int]:
    """Return the value that *function* returned, and the ns that a run took."""
    try:
        with program.descriptor(function) as fd:
            return bpf.test_run(fd, **how)
    except OSError as error:
        reason = "not supported" if error.errno == bpf.ENOTSUPP else error.strerror
        raise LabError(
            "test-run",
            f"The kernel does not test-run {function}: {reason}.",
            why=f"{program.name} is loaded as {program.type}.",
            fix=fix,
        ) from None
