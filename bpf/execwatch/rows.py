"""A row of execwatch, as the kernel sends it and as text; and the list of what is left out."""

from __future__ import annotations

import ctypes
import errno
from pathlib import Path

HEADER = ("TIME_MS", "PID", "UID", "RET", "US", "COMM", "PATH")
LIST_LENGTH, PATH_SIZE = 1024, 512


class Trouble(Exception):
    """Why the tool cannot work, in one line."""


class Row(ctypes.Structure):
    """`struct row` of calls.c."""

    _fields_ = (
        ("ended_ns", ctypes.c_uint64),
        ("entered_ns", ctypes.c_uint64),
        ("pid", ctypes.c_uint32),
        ("uid", ctypes.c_uint32),
        ("ret", ctypes.c_int32),
        ("path_len", ctypes.c_int32),
        ("comm", ctypes.c_char * 16),
        ("path", ctypes.c_char * PATH_SIZE),
    )


def escaped(text: bytes) -> str:
    r"""Return *text* so that no terminal acts on it and no column ends in it: ``a\x20b``."""
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x5C else f"\\x{b:02x}" for b in text)


def line(row: Row, began_ns: int) -> str:
    """Return the row as text: columns with tabs between them."""
    known = row.entered_ns > 0  # whether the call's entry was seen
    took = (row.ended_ns - row.entered_ns) // 1000 if known else "-"
    cut = "\\..." if row.path_len > PATH_SIZE else ""
    path = escaped(row.path) + cut if row.path_len > 0 else "\\?"
    result = errno.errorcode.get(-row.ret, str(row.ret))
    comm = escaped(row.comm) if known else "-"
    when = (row.ended_ns - began_ns) // 1_000_000
    return "\t".join(map(str, (when, row.pid, row.uid, result, took, comm, path)))


def listed(file: str) -> list[bytes]:
    """Return the paths that *file* lists, one a line, without comments and empty lines."""
    try:
        lines = Path(file).read_bytes().split(b"\n")
    except OSError as error:
        raise Trouble(f"{file}: {error.strerror}") from None
    paths = {}
    for number, text in enumerate(lines, 1):
        if text and not text.startswith(b"#"):
            if len(text) >= PATH_SIZE:
                raise Trouble(f"{file}:{number}: longer than {PATH_SIZE - 1} bytes")
            paths[text] = None
    if len(paths) > LIST_LENGTH:
        raise Trouble(f"{file}: more than {LIST_LENGTH} paths")
    return list(paths)
