"""All that the lab knows of libbpf: a BPF object file in, what the kernel made of it out."""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Iterator
from ctypes import CFUNCTYPE, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass
from typing import Any

from bpflab.errors import LabError
from bpflab.text import safe_text

STEPS, STATISTICS = 1, 4
"""What the verifier shall log: BPF_LOG_LEVEL1, BPF_LOG_STATS (include/linux/bpf_verifier.h)."""

MAP_FACTS = ("fd", "type", "key_size", "value_size", "max_entries", "map_flags")
# Bytes of a program's log; of a longer one the kernel keeps the end, and before 6.4 the beginning.
_ROOM = {STATISTICS: 1 << 16, STEPS: 1 << 20}
_PRINT = CFUNCTYPE(c_int, c_int, c_char_p, c_void_p)  # a va_list arrives as an address
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "libbpf_set_print": (c_void_p, [c_void_p]),
    "bpf_object__open_mem": (c_void_p, [c_char_p, c_size_t, c_void_p]),
    "bpf_object__load": (c_int, [c_void_p]),
    "bpf_object__close": (None, [c_void_p]),
    "bpf_object__next_program": (c_void_p, [c_void_p, c_void_p]),
    "bpf_object__next_map": (c_void_p, [c_void_p, c_void_p]),
    "bpf_program__name": (c_char_p, [c_void_p]),
    "bpf_program__fd": (c_int, [c_void_p]),
    "bpf_program__type": (c_int, [c_void_p]),
    "bpf_program__set_log_buf": (c_int, [c_void_p, c_void_p, c_size_t]),
    "bpf_program__set_log_level": (c_int, [c_void_p, c_uint32]),
    "bpf_map__name": (c_char_p, [c_void_p]),
    **{f"bpf_map__{fact}": (c_uint32, [c_void_p]) for fact in MAP_FACTS},
}


class _Options(ctypes.Structure):
    """The head of ``struct bpf_object_open_opts``; libbpf takes the rest to be zero."""

    _fields_ = (("sz", c_size_t), ("object_name", c_char_p))


@dataclass(frozen=True)
class Attempt:
    """What came of loading an object file.

    Attributes:
        handle: libbpf's ``struct bpf_object``, to ``close``; 0 where the kernel refused.
        logs: the verifier's log by program, as far as it came.
        said: libbpf's own warnings.
        error: the errno of a refusal.
    """

    handle: int
    logs: dict[str, str]
    said: list[str]
    error: int


def attempt(image: bytes, name: str, level: int, only: str = "") -> Attempt:
    """Load *image*, an ELF of clang's, with logs of *level* of each program or of *only* one.

    *name* is what libbpf calls the object, and begins the names of the maps that it makes itself.
    Nothing is attached, pinned or printed. What is loaded stays until ``close``.

    Raises:
        LabError: ``no-libbpf`` where the machine has no libbpf 1.x.
    """
    lib, rooms = library(), {}
    options = _Options(ctypes.sizeof(_Options), name.encode())
    with _heard() as said:
        handle = lib.bpf_object__open_mem(image, len(image), ctypes.byref(options))
        if not handle:
            return Attempt(0, {}, said, ctypes.get_errno())
        for program in each("program", handle):
            name = lib.bpf_program__name(program).decode()
            if only in ("", name):
                rooms[name] = ctypes.create_string_buffer(_ROOM[level])
                lib.bpf_program__set_log_buf(program, rooms[name], _ROOM[level])
                lib.bpf_program__set_log_level(program, level)
        error = -lib.bpf_object__load(handle)
    logs = {name: room.value.decode(errors="backslashreplace") for name, room in rooms.items()}
    if error:
        lib.bpf_object__close(handle)
        handle = 0
    return Attempt(handle, logs, said, error)


def each(kind: str, handle: int) -> Iterator[int]:
    """Yield the ``program`` or ``map`` pointers of an object, in the order of the file."""
    following, found = getattr(library(), f"bpf_object__next_{kind}"), None
    while found := following(handle, found):
        yield found


@functools.cache
def library() -> ctypes.CDLL:
    """Return libbpf, its functions declared.

    Raises:
        LabError: ``no-libbpf``.
    """
    try:
        lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
        for name, (returns, takes) in _FUNCTIONS.items():
            function = getattr(lib, name)
            function.restype, function.argtypes = returns, takes
    except (OSError, AttributeError) as reason:
        raise LabError(
            "no-libbpf", "There is no libbpf 1.x here.", why=f"{reason}.", fix="./lab installs it."
        ) from None
    return lib


@contextlib.contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect libbpf's warnings, which it would print on fd 2."""
    said: list[str] = []
    vsnprintf = ctypes.CDLL(None).vsnprintf
    vsnprintf.argtypes = [c_char_p, c_size_t, c_char_p, c_void_p]

    def hear(level: int, form: bytes, values: int) -> int:
        if level == 0:  # LIBBPF_WARN
            room = ctypes.create_string_buffer(4096)
            vsnprintf(room, len(room), form, values)
            said.append(safe_text(room.value.removeprefix(b"libbpf: ").strip()))
        return 0

    ear = _PRINT(hear)  # libbpf calls it until it is replaced: it must live as long
    before = library().libbpf_set_print(ctypes.cast(ear, c_void_p))
    try:
        yield said
    finally:
        library().libbpf_set_print(before)
