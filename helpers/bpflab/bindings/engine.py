"""All that the lab knows of BCC: the one module that imports it."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import errno as errno_codes
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bpflab.errors import LabError

try:
    with warnings.catch_warnings():
        # BCC's disassembler declares a packed struct in the way that Python 3.14 warns of and 3.19
        # will refuse (class BPFInstrFields). Nobody who reads a lesson can change it.
        warnings.filterwarnings("ignore", "Due to '_pack_'", DeprecationWarning)
        import bcc
        from bcc import BPF, lib
except (ImportError, OSError, AttributeError) as reason:
    place = getattr(sys.modules.get("bcc"), "__file__", None)
    if place and "" in sys.path and Path(place).is_relative_to(Path.cwd()):
        raise LabError(
            "no-bcc",
            "Python imports a file of yours in the place of BCC.",
            why=f"{place} is called as BCC is, and stands beside this notebook.",
            fix="Give it another name, and restart the kernel.",
        ) from None
    raise LabError(
        "no-bcc",
        "This Python has no BCC.",
        why=f"{reason}. PyPI's package `bcc` is another project; the real one comes with the "
        "distribution, for its own Python.",
        fix="./lab installs python3-bpfcc and a venv that sees it.",
    ) from None

TYPES = {
    "tracepoint": BPF.TRACEPOINT,
    "raw_tracepoint": BPF.RAW_TRACEPOINT,
    "kprobe": BPF.KPROBE,
    "socket_filter": BPF.SOCKET_FILTER,
}
"""Program types by the kernel's name in lower case."""

VERSION: str = bcc.__version__
LISTING = 0x8  # BCC's DEBUG_SOURCE: print each instruction under its source line, on fd 2

for _name in ("bpf_table_name", "bpf_table_key_size_id", "bpf_table_leaf_size_id"):
    getattr(lib, _name).argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    getattr(lib, _name).restype = ctypes.c_size_t
lib.bpf_table_name.restype = ctypes.c_char_p
lib.bpf_num_tables.argtypes = [ctypes.c_void_p]
lib.bpf_num_tables.restype = ctypes.c_size_t


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Drop what a block prints on fd 2: BCC's compiler prints the same words a second time.

    Its own warnings (too many conversions for bpf_trace_printk) cannot be turned off by a flag.
    """
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


class Module(BPF):  # type: ignore[misc]
    """A ``bcc.BPF`` that attaches nothing by itself and that Python may collect."""

    def __init__(self, text: str, cflags: list[str], debug: int = 0) -> None:
        try:
            super().__init__(text=text.encode(), cflags=cflags, debug=debug)
        finally:
            atexit.unregister(self.cleanup)  # BCC's own hook would keep the object for ever

    def _trace_autoload(self) -> None:
        """Attach nothing: BCC would attach ``kprobe__x`` here, before a map can be filled."""

    def functions(self) -> list[str]:
        """The names of the programs in the text."""
        count = lib.bpf_num_functions(self.module)
        return [lib.bpf_function_name(self.module, n).decode() for n in range(count)]

    def load(self, function: str, program_type: str) -> int:
        """Load one program into the kernel; return the fd that holds it."""
        return int(self.load_func(function.encode(), TYPES[program_type]).fd)

    def event_fields(self, name: str) -> list[tuple[str, str]]:
        """Name and C type of each field of what the text sends through buffer *name*."""
        raw = name.encode()
        count = lib.bpf_perf_event_fields(self.module, raw)
        rows = (lib.bpf_perf_event_field(self.module, raw, n).decode() for n in range(count))
        return [(row.split("#", 1)[0], row.split("#", 1)[1]) for row in rows]

    def maps(self) -> list[Table]:
        """The maps of the text."""
        return [Table.of(self.module, n) for n in range(lib.bpf_num_tables(self.module))]


@dataclass(frozen=True)
class Table:
    """What BCC knows of a map: sizes in bytes, descriptions as BCC's JSON."""

    name: str
    fd: int
    type: int
    key: str
    key_size: int
    value: str
    value_size: int
    max_entries: int
    flags: int

    @classmethod
    def of(cls, module: int, number: int) -> Table:
        """Return map *number* of a compiled module."""
        name = lib.bpf_table_name(module, number)
        return cls(
            name.decode(),
            lib.bpf_table_fd(module, name),
            lib.bpf_table_type_id(module, number),
            lib.bpf_table_key_desc(module, name).decode(),
            lib.bpf_table_key_size_id(module, number),
            lib.bpf_table_leaf_desc(module, name).decode(),
            lib.bpf_table_leaf_size_id(module, number),
            lib.bpf_table_max_entries_id(module, number),
            lib.bpf_table_flags_id(module, number),
        )


def lookup(fd: int, key: bytes, size: int) -> bytes | None:
    """Return the *size* bytes that map *fd* holds for *key*, or None."""
    value = ctypes.create_string_buffer(size)
    return value.raw if lib.bpf_lookup_elem(fd, key, value) == 0 else None


def update(fd: int, key: bytes, value: bytes, flags: int = 0) -> int:
    """Write *value* for *key*; return 0 or the errno."""
    return 0 if lib.bpf_update_elem(fd, key, value, flags) == 0 else ctypes.get_errno()


def delete(fd: int, key: bytes) -> bool:
    """Delete *key*; return whether it was there."""
    return bool(lib.bpf_delete_elem(fd, key) == 0)


def next_key(fd: int, key: bytes | None, size: int) -> bytes | None:
    """Return the key after *key* (the first, for None), or None at the end."""
    after = ctypes.create_string_buffer(size)
    return after.raw if lib.bpf_get_next_key(fd, key, after) == 0 else None


def attach_kprobe(program_fd: int, function: str) -> int:
    """Attach to the entry of a kernel function; return the fd that holds it, or -errno.

    Not by the ``BPF`` object, whose ``detach_kprobe`` takes off every program at the function.
    """
    name = function.encode()
    fd = lib.bpf_attach_kprobe(program_fd, 0, b"p_" + name, name, 0, 0)
    return int(fd) if fd >= 0 else -(ctypes.get_errno() or errno_codes.EINVAL)


def possible_cpus() -> int:
    """Return how many CPUs a per-CPU map has values for: the possible ones, not the online ones."""
    spans = _read("/sys/devices/system/cpu/possible").strip().split(",")
    return sum(int(s.split("-")[-1]) - int(s.split("-")[0]) + 1 for s in spans)


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:  # noqa: PTH123  one line of sysfs
        return file.read()
