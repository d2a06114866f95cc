"""The two names that BCC looks for in /proc/kallsyms, and no other line of it.

For root it reads the whole file for each text, 120,000 lines, and puts them into a table: that
takes longer than all else that it does for the text (src/cc/frontends/clang/b_frontend_action.cc,
get_symbol_resolver). So its process gets a file of these lines in that place.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

_FILE = Path("/proc/kallsyms")
_LINES = (" bpf_probe_read_kernel\n", " bpf_probe_read_user\n")
_OTHER = Path("/tmp")  # any folder that is there: another one stands in its place for a moment
# <sched.h> and <sys/mount.h>
_NEW_MOUNTS, _BIND, _DETACH = 0x20000, 0x1000, 2
_DOWN = 0x4000 | 0x80000  # MS_REC | MS_SLAVE: what is mounted here is mounted nowhere else


@cache
def lines() -> str:
    """Return the lines of these names, or nothing where BCC may read the whole file."""
    if os.geteuid():  # a user may mount nothing, and BCC up to 0.26 reads nothing for a user
        return ""
    try:
        with _FILE.open(encoding="ascii", errors="replace") as file:
            return "".join(line for line in file if line.endswith(_LINES))
    except OSError:
        return ""


def alone(lines: str) -> None:
    """Let this thread see *lines* as /proc/kallsyms; where that is not allowed, nothing changes.

    The file stands in a file system of its own, which nobody else sees, and ends with the thread.
    """
    libc = ctypes.CDLL(None)
    if not lines or libc.unshare(_NEW_MOUNTS) or libc.mount(None, b"/", None, _DOWN, None):
        return
    other = os.fsencode(_OTHER)
    if libc.mount(b"bpflab", other, b"tmpfs", 0, None) == 0:
        file = _OTHER / _FILE.name
        file.write_text(lines, encoding="ascii")
        libc.mount(os.fsencode(file), os.fsencode(_FILE), None, _BIND, None)
        libc.umount2(other, _DETACH)
