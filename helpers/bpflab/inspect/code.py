"""The instructions of a loaded program: how many there are, and which are calls."""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Iterator

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings import kallsyms
from bpflab.bindings.info import ProgramInfo, info
from bpflab.bindings.uapi import HELPERS, TAIL_CALL
from bpflab.errors import LabError
from bpflab.programs.program import Program
from bpflab.text import safe_text

_CALL = 0x85  # BPF_JMP | BPF_CALL
_KINDS = {1: "function", 2: "kernel function"}  # BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL
_UNNAMED = (
    "Which helper the kernel calls is an address, and that takes CAP_SYSLOG; "
    "calls(..., sent=True) names the helpers as they were handed to it."
)


@checked
def instructions(program: Program, function: str) -> int:
    """Return how many instructions of 8 bytes *function* has, as the verifier left it.

    Raises:
        LabError: ``privilege`` without CAP_BPF (bpf_prog_get_info_by_fd in kernel/bpf/syscall.c),
            ``no-program`` or ``closed``.
    """
    with program.descriptor(function) as fd:
        return _size(fd, function) // 8


@checked
def calls(program: Program, function: str, *, sent: bool = False) -> pd.DataFrame:
    """Return a row for each call instruction of *function*, as the verifier left it.

    Columns: ``instruction`` (its place, from 0), ``kind`` (``helper``, ``tail call``,
    ``function``: a BPF function, ``kernel function``), ``name`` (empty for a BPF function). With
    *sent* they are those that the compiler made, as the kernel got them: the verifier replaces
    some of them by code, as it does with a lookup in an array.

    It takes CAP_BPF. What a helper is called also takes CAP_SYSLOG, or sysctl
    kernel.kptr_restrict 0 and kernel.perf_event_paranoid 1 or less (kallsyms_show_value): without,
    ``name`` is missing and ``frame.attrs["hidden"]`` says why. A tail call and a call to a
    function are always distinguished from a helper. *sent* takes no privilege.

    Raises:
        LabError: ``privilege`` without CAP_BPF, or where the code is blinded (sysctl
            net.core.bpf_jit_harden); ``no-program``; ``closed``.
    """
    with program.descriptor(function) as fd:
        code = program.sent[function] if sent else _translated(fd, function)
    rows = _sent(code) if sent else _translated_calls(code)
    frame = pd.DataFrame(list(rows), columns=["instruction", "kind", "name"])
    frame.attrs["hidden"] = {"name": _UNNAMED} if frame["name"].isna().any() else {}
    return frame


def read_calls(code: bytes) -> Iterator[tuple[int, str, int]]:
    """Yield place, kind and number of each call in *code*, a sequence of ``struct bpf_insn``.

    The number is a helper's id, or its address less that of ``__bpf_call_base`` where the verifier
    has been; zero where the kernel hides it.
    """
    # The second half of a 64-bit constant has operation 0: it is never taken for a call.
    for place, (operation, registers, _, number) in enumerate(struct.iter_unpack("=BBhi", code)):
        if operation != _CALL:
            continue
        source = registers >> 4 if sys.byteorder == "little" else registers & 0xF
        kind = _KINDS.get(source, "helper")
        if kind == "helper" and number == TAIL_CALL:
            kind = "tail call"
        yield place, kind, number


def _sent(code: bytes) -> Iterator[tuple[int, str, str | None]]:
    for place, kind, number in read_calls(code):
        yield place, kind, _helper(number) if kind in ("helper", "tail call") else ""


def _translated_calls(code: bytes) -> Iterator[tuple[int, str, str | None]]:
    found = list(read_calls(code))
    symbols = _symbols({n for _, kind, n in found if kind in ("helper", "kernel function") and n})
    for place, kind, number in found:
        if kind == "tail call":
            yield place, kind, _helper(TAIL_CALL)
        else:
            yield place, kind, "" if kind == "function" else symbols.get(number)


def _helper(number: int) -> str:
    return f"bpf_{HELPERS[number]}" if 0 <= number < len(HELPERS) else str(number)


def _symbols(offsets: set[int]) -> dict[int, str]:
    """Return the kernel's names of what lies *offsets* from ``__bpf_call_base``, if it shows."""
    if not offsets:
        return {}
    rows = [(address, name) for address, _, name, _ in kallsyms.symbols()]
    base = next((address for address, name in rows if name == "__bpf_call_base"), 0)
    if not base:
        return {}
    # Of two names at one address the first one counts.
    return {a - base: safe_text(name) for a, name in reversed(rows) if a - base in offsets}


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
