"""The instructions of a loaded program: how many there are, and which are calls."""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Iterator

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings.info import ProgramInfo, info
from bpflab.bindings.uapi import TAIL_CALL
from bpflab.errors import LabError
from bpflab.programs.program import Program

_CALL = 0x85  # BPF_JMP | BPF_CALL
_KINDS = {1: "function", 2: "kernel function"}  # BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL


@checked
def instructions(program: Program, function: str) -> int:
    """Return how many instructions of 8 bytes *function* has, as the verifier left it.

    Raises:
        LabError: ``privilege`` without CAP_BPF (bpf_prog_get_info_by_fd in kernel/bpf/syscall.c),
            ``no-program`` or ``closed``.

    >>> inspect.instructions(program, "hook")
    """
    with program.descriptor(function) as fd:
        return _size(fd, function) // 8


@checked
def calls(program: Program, function: str, *, sent: bool = False) -> pd.DataFrame:
    """Return a row for each call instruction of *function*, as the verifier left it.

    Columns: ``instruction`` (its place, from 0) and ``kind`` (``helper``, ``tail call``,
    ``function``: a BPF function, ``kernel function``). With *sent* they are those that the compiler
    made, as the kernel got them, which takes no privilege: the verifier replaces some of them by
    code, as it does with a lookup in an array.

    Raises:
        LabError: ``privilege`` without CAP_BPF, or where the code is blinded (sysctl
            net.core.bpf_jit_harden); ``no-program``; ``closed``.

    >>> inspect.calls(program, "hook")["kind"].value_counts()
    """
    with program.descriptor(function) as fd:
        code = program.sent[function] if sent else _translated(fd, function)
    return pd.DataFrame(read_calls(code), columns=["instruction", "kind"])


def read_calls(code: bytes) -> Iterator[tuple[int, str]]:
    """Yield place and kind of each call in *code*, a sequence of ``struct bpf_insn``."""
    # The second half of a 64-bit constant has operation 0: it is never taken for a call.
    for place, (operation, registers, _, number) in enumerate(struct.iter_unpack("=BBhi", code)):
        if operation != _CALL:
            continue
        source = registers >> 4 if sys.byteorder == "little" else registers & 0xF
        kind = _KINDS.get(source, "helper")
        if kind == "helper" and number == TAIL_CALL:
            kind = "tail call"
        yield place, kind


def _size(fd: int, function: str) -> int:
    size: int = info(fd, ProgramInfo()).xlated_prog_len
    if not size:  # no program is empty: this is how the kernel hides it
        raise LabError(
            "privilege",
            f"The kernel does not show this process the instructions of {function}.",
            why="It lacks CAP_BPF, although it has the program open.",
            fix="Start through ./lab, which gives CAP_BPF.",
        )
    return size


def _translated(fd: int, function: str) -> bytes:
    """Return the instructions behind *fd* as the verifier left them."""
    size = _size(fd, function)
    room = ctypes.create_string_buffer(size)
    asked = ProgramInfo(xlated_prog_len=size, xlated_prog_insns=ctypes.addressof(room))
    if not info(fd, asked).xlated_prog_insns:
        raise LabError(
            "privilege",
            f"The kernel has blinded the constants of {function}, and shows no instructions.",
            why="sysctl net.core.bpf_jit_harden is set, and this process lacks CAP_SYSLOG.",
        )
    return bytes(room.raw)
