"""What the kernel lets this process do, learned by doing it; nothing of it stays.

Each probe returns an empty text, or what the kernel answered instead.
"""

from __future__ import annotations

import ctypes
import os
import subprocess

from bpflab.bindings.bpf import Code, load_program
from bpflab.errors import LabError

_TRACEPOINT = 5  # enum bpf_prog_type, include/uapi/linux/bpf.h
_RETURN_0 = bytes.fromhex("b700000000000000 9500000000000000")  # r0 = 0, exit
_SEIZE = 0x4206  # PTRACE_SEIZE, include/uapi/linux/ptrace.h


def program() -> str:
    """Load the smallest program: the filter of a container may refuse bpf(2), whoever asks."""
    try:
        fd, _ = load_program(_TRACEPOINT, Code("probe", _RETURN_0))
    except LabError as error:  # an architecture whose number of bpf(2) is not known
        return error.message
    except OSError as error:
        return os.strerror(error.errno or 0)
    os.close(fd)
    return ""


def traced_child() -> str:
    """Trace a child of our own with ptrace(2), as a debugger does."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        try:
            refused = libc.ptrace(_SEIZE, child.pid, None, None) != 0
            return os.strerror(ctypes.get_errno()) if refused else ""
        finally:
            child.kill()
