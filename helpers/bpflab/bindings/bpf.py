"""The system call bpf(2): programs and types, loaded, run and attached. `bpf_map` has the maps."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct
from dataclasses import dataclass

from bpflab import syscalls

# enum bpf_cmd, include/uapi/linux/bpf.h
_PROG_LOAD, _PIN, _TEST_RUN, _RAW_TRACEPOINT_OPEN, _BTF_LOAD = 5, 6, 10, 17, 18
_ENABLE_STATS = 32

# The members of union bpf_attr.
_PROG = struct.Struct("IIQQIIQII16sIIIIQIIQII")
_BTF = struct.Struct("QQIII")

_SIZE = 128  # bytes of union bpf_attr that we send; what we leave zero means "not asked"
_AGAIN = 5  # a signal interrupts the verifier; libbpf tries as often (bpf_prog_load)
SLEEPABLE = 1 << 4  # BPF_F_SLEEPABLE, include/uapi/linux/bpf.h
ENOTSUPP = 524
"""An errno of the kernel's own (include/linux/errno.h), for which the C library has no words."""
STEPS, STATISTICS, WALK, WALK_BEFORE_6_4 = 1, 4, 2 | 8, 2
"""What the verifier logs: BPF_LOG_LEVEL1, BPF_LOG_STATS, BPF_LOG_LEVEL2 with BPF_LOG_FIXED
(include/linux/bpf_verifier.h)."""
LOG_SIZE = {STATISTICS: 1 << 16, STEPS: 1 << 24, WALK: 1 << 20, WALK_BEFORE_6_4: 1 << 20}
"""Bytes of a log; of a longer one the kernel keeps the end, and of a walk or before Linux 6.4 the
beginning, and then refuses the program with ENOSPC."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_long]
_libc.syscall.restype = ctypes.c_long


class Refused(OSError):
    """The kernel refused *program*; ``log`` is what the verifier printed."""

    log: str = ""
    program: str = ""


@dataclass(frozen=True)
class Code:
    """A program as bpf(2) takes it.

    Attributes:
        name: what the kernel calls it, up to 15 bytes.
        instructions: ``struct bpf_insn``, 8 bytes each.
        license: of the text: some helpers are for GPL alone.
        func_info: ``struct bpf_func_info``, 8 bytes each, or nothing.
        line_info: ``struct bpf_line_info``, 16 bytes each, or nothing.
        attach_type: ``enum bpf_attach_type``, of a program that is bound to its hook.
        attach_to: that hook, by its number among the kernel's types.
        sleepable: whether it may sleep (BPF_F_SLEEPABLE).
    """

    name: str
    instructions: bytes
    license: str = "GPL"
    func_info: bytes = b""
    line_info: bytes = b""
    attach_type: int = 0
    attach_to: int = 0
    sleepable: bool = False


def bpf(command: int, attributes: bytes) -> tuple[int, bytes]:
    """Return what bpf(2) returns, and the attributes as the kernel left them.

    Raises:
        OSError: as the kernel refuses.
    """
    result, code, left = call(command, attributes)
    if code:
        raise OSError(code, os.strerror(code))
    return result, left


def call(command: int, attributes: bytes) -> tuple[int, int, bytes]:
    """Return what bpf(2) returns, 0 or its errno, and the attributes as the kernel left them."""
    attr = ctypes.create_string_buffer(attributes, _SIZE)
    result = _libc.syscall(_number(platform.machine()), command, attr, _SIZE)
    return result, ctypes.get_errno() if result < 0 else 0, attr.raw


def load_btf(data: bytes) -> int:
    """Return the descriptor of type information, which programs refer to.

    Raises:
        OSError: as the kernel refuses.
    """
    return bpf(_BTF_LOAD, _BTF.pack(address(data), 0, len(data), 0, 0))[0]


def load_program(
    type: int, code: Code, btf: int = 0, log_level: int = STATISTICS
) -> tuple[int, str]:
    """Load a program; return its descriptor and the verifier's log.

    *btf* is the descriptor of the type information that the code's infos refer to, 0 for none.

    Raises:
        Refused: with the log.
    """
    license = code.license.encode()
    log = ctypes.create_string_buffer(LOG_SIZE[log_level])
    functions, lines = (code.func_info, code.line_info) if btf else (b"", b"")
    attributes = _PROG.pack(
        type,
        len(code.instructions) // 8,
        address(code.instructions),
        address(license),
        log_level,
        len(log),
        ctypes.addressof(log),
        0,  # kern_version: since Linux 5.0 nobody looks (commit 6c4fc209fcf9)
        SLEEPABLE if code.sleepable else 0,
        code.name.encode()[:15],
        0,
        code.attach_type,
        btf,
        8 if functions else 0,
        address(functions) if functions else 0,
        len(functions) // 8,
        16 if lines else 0,
        address(lines) if lines else 0,
        len(lines) // 16,
        code.attach_to,
    )
    for _ in range(_AGAIN):
        try:
            fd = bpf(_PROG_LOAD, attributes)[0]
        except OSError as error:
            if error.errno == errno.EAGAIN:
                continue
            refused = Refused(error.errno, error.strerror)
            refused.log, refused.program = log.value.decode(errors="backslashreplace"), code.name
            raise refused from None
        return fd, log.value.decode(errors="backslashreplace")
    raise Refused(errno.EAGAIN, os.strerror(errno.EAGAIN))


def pin(fd: int, path: os.PathLike[str]) -> None:
    """Give the object behind *fd* a name in bpffs.

    Raises:
        OSError: as the kernel refuses.
    """
    name = os.fsencode(path)
    bpf(_PIN, struct.pack("QII", address(name), fd, 0))


def open_raw_tracepoint(name: str | None, program_fd: int) -> int:
    """Attach to raw tracepoint *name*, or with None to the hook that the program was loaded for.

    Returns:
        the descriptor of the attachment, which lasts as long as it.

    Raises:
        OSError: as the kernel refuses.
    """
    label = None if name is None else name.encode()
    place = 0 if label is None else address(label)
    return bpf(_RAW_TRACEPOINT_OPEN, struct.pack("QI", place, program_fd))[0]


def test_run(
    fd: int, *, packet: bytes = b"", context: bytes = b"", repeat: int = 0
) -> tuple[int, int]:
    """Run the program behind *fd* on *packet* or *context*: its return value, and ns a run.

    Raises:
        OSError: as the kernel refuses; `ENOTSUPP` for a type that cannot be run so.
    """
    attributes = struct.Struct("IIIIQQIIIIQQ")
    sent = attributes.pack(
        fd, 0, len(packet), 0, address(packet) if packet else 0, 0, repeat, 0,
        len(context), 0, address(context) if context else 0, 0,
    )  # fmt: skip
    answer = attributes.unpack_from(bpf(_TEST_RUN, sent)[1])
    return int(answer[1]), int(answer[7])


def enable_stats() -> int:
    """Return a descriptor; while it is open the kernel counts each program's runs.

    Raises:
        OSError: without CAP_SYS_ADMIN (bpf_enable_stats, kernel/bpf/syscall.c).
    """
    return bpf(_ENABLE_STATS, bytes(4))[0]  # BPF_STATS_RUN_TIME


def address(data: bytes) -> int:
    """Return where *data* is in memory, for as long as the caller keeps it."""
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0


@functools.cache
def _number(machine: str) -> int:
    return syscalls.number("bpf", machine)
