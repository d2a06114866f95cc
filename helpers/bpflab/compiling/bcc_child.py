"""The child process that compiles with BCC, and the one module that imports it.

It reads a job, ``{"text", "flags", "symbols"}``, as a line of JSON on its input. Its answer is JSON
on its output: what BCC made of the text, bytes as base64. What the compiler prints goes to fd 2.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import struct
import sys
import threading
import time
import warnings
from typing import Any

from bpflab.bindings import info
from bpflab.compiling import symbols

UNUSED = 75  # the exit status of a child that read no job: EX_TEMPFAIL of sysexits.h


def compiled(job: dict[str, Any]) -> dict[str, Any]:
    """Return the maps, programs, types and event fields of a job's text, or why there are none."""
    try:
        from bcc import BPF, lib
    except (ImportError, OSError, AttributeError) as error:
        return {"stage": "import", "reason": str(error)}
    BPF._trace_autoload = lambda self: None  # it would attach kprobe__x
    symbols.alone(job["symbols"])
    try:
        module = BPF(text=job["text"].encode(), cflags=job["flags"]).module
    except Exception as error:  # BCC raises plain Exception for every compile error
        return {"stage": "compile", "reason": str(error) or repr(error)}  # MemoryError has no text
    _declare(lib)
    functions = [lib.bpf_function_name(module, n) for n in range(lib.bpf_num_functions(module))]
    programs = [_program(lib, module, name) for name in functions]
    maps = [_map(lib, module, n) for n in range(lib.bpf_num_tables(module))]
    return {
        "stage": "done",
        "maps": maps,
        "programs": programs,
        "btf": _text(_btf()),
        "fields": {
            row["name"]: rows for row in maps if (rows := _fields(lib, module, row["name"]))
        },
    }


def _program(lib: Any, module: int, name: bytes) -> dict[str, str]:
    size = lib.bpf_function_size(module, name)
    code = ctypes.string_at(lib.bpf_function_start(module, name), size)
    functions, lines = _infos(lib, module, name, size)
    return {
        "name": name.decode(),
        "instructions": _text(code),
        "license": lib.bpf_module_license(module).decode(),
        "func_info": _text(functions),
        "line_info": _text(lines),
    }


def _infos(lib: Any, module: int, name: bytes, size: int) -> tuple[bytes, bytes]:
    """Return which C line each instruction came from, which libbcc tells the kernel alone.

    So a program of the same name and length is loaded that only counts as one: ``r0 = 0`` until
    the end, and once at least. The verifier accepts it whatever the text does, and the kernel
    gives the lines back.
    """
    zeros = struct.pack("=BBhi", 0xB7, 0, 0, 0) * max(size // 8 - 1, 1)
    code = zeros + struct.pack("=BBhi", 0x95, 0, 0, 0)
    nothing = (0, None, 0, None, 0, -1)  # no log, no device, no expected attach type
    fd = lib.bcc_func_load(module, 1, name, code, len(code), b"GPL", 0, *nothing)  # a socket filter
    if fd < 0:
        return b"", b""
    try:
        return info.line_info(fd)
    finally:
        os.close(fd)


def _map(lib: Any, module: int, number: int) -> dict[str, Any]:
    name = lib.bpf_table_name(module, number)
    return {
        "name": name.decode(),
        "reference": lib.bpf_table_fd(module, name),
        "type": lib.bpf_table_type_id(module, number),
        "key_size": lib.bpf_table_key_size_id(module, number),
        "value_size": lib.bpf_table_leaf_size_id(module, number),
        "max_entries": lib.bpf_table_max_entries_id(module, number),
        "flags": lib.bpf_table_flags_id(module, number),
    }


def _fields(lib: Any, module: int, name: str) -> list[list[str]]:
    """Return name and C type of each field of what the text sends through buffer *name*."""
    raw = name.encode()
    count = lib.bpf_perf_event_fields(module, raw)
    rows = (lib.bpf_perf_event_field(module, raw, n).decode() for n in range(count))
    return [row.split("#", 1) for row in rows]


def _btf() -> bytes:
    """Return the type information that BCC has loaded, if the kernel took it."""
    for entry in os.scandir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if os.readlink(entry.path) == "anon_inode:btf":  # noqa: PTH115  one line of procfs
                return info.btf(int(entry.name))
    return b""


def _declare(lib: Any) -> None:
    """Give ctypes the types of the functions that BCC's Python does not declare."""
    for name in ("bpf_table_name", "bpf_table_key_size_id", "bpf_table_leaf_size_id"):
        getattr(lib, name).argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        getattr(lib, name).restype = ctypes.c_size_t
    lib.bpf_table_name.restype = ctypes.c_char_p
    lib.bpf_num_tables.argtypes = [ctypes.c_void_p]
    lib.bpf_num_tables.restype = ctypes.c_size_t
    # BCC declares 12 of 13: the last, the expected attach type, came with a55192b26d0a.
    lib.bcc_func_load.argtypes = [*lib.bcc_func_load.argtypes[:12], ctypes.c_int]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _watch(parent: int, patience_s: float, busy: threading.Event) -> None:
    """End when the process that waits for the answer is no more, or when no job has come."""
    ends = time.monotonic() + patience_s
    while os.getppid() == parent and (busy.is_set() or time.monotonic() < ends):
        time.sleep(1)
    os._exit(UNUSED)


def main() -> None:
    """Import BCC, wait for the job, answer, and end; end too if none comes in time."""
    busy, parent, patience_s = threading.Event(), int(sys.argv[1]), float(sys.argv[2])
    threading.Thread(target=_watch, args=[parent, patience_s, busy], daemon=True).start()
    answers = os.dup(1)
    os.dup2(2, 1)  # BCC prints there too
    # BCC's disassembler declares a packed struct in the way that Python 3.14 warns of and 3.19
    # will refuse (class BPFInstrFields). Nobody who reads a lesson can change it.
    warnings.filterwarnings("ignore", "Due to '_pack_'", DeprecationWarning)
    with contextlib.suppress(Exception):
        import bcc  # noqa: F401  while nobody waits; `compiled` has the words if this fails
    # A line, not all: a fork of the notebook's process has the other end of the pipe, too.
    job = sys.stdin.buffer.readline()
    busy.set()
    if job:
        with os.fdopen(answers, "w") as answer:
            json.dump(compiled(json.loads(job)), answer)
    os._exit(0)  # the kernel frees what is loaded; nothing else is worth the wait


if __name__ == "__main__":
    main()
