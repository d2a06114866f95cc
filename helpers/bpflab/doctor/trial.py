"""What the kernel lets this process do, learned by doing it; nothing of it stays.

A real program is loaded and fired as a lesson does it. The two smaller trials take milliseconds,
and return an empty text, or what the kernel answered instead.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from dataclasses import replace
from pathlib import Path

from bpflab.bindings import hooks, kernel_types
from bpflab.bindings.bpf import Code, load_program, open_raw_tracepoint
from bpflab.errors import LabError

_TRACEPOINT, _TRACING = 5, 26  # enum bpf_prog_type, include/uapi/linux/bpf.h
_FENTRY = 24  # enum bpf_attach_type
_RETURN_0 = bytes.fromhex("b700000000000000 9500000000000000")  # r0 = 0, exit
_SEIZE = 0x4206  # PTRACE_SEIZE, include/uapi/linux/ptrace.h
EXECS = 7  # few enough to be quick; a count that is hard to hit by chance
# Counts the execs of tasks whose name is in the map. The name is compared and not the pid, since a
# pid means something else inside a container. No kernel struct is read.
TEXT = """
struct name { char comm[16]; };
BPF_HASH(hits, struct name, u64, 1);

int doctor_count(void *ctx)
{
	struct name key = {};
	u64 *hit;

	bpf_get_current_comm(&key, sizeof(key));
	hit = hits.lookup(&key);
	if (hit)
		__sync_fetch_and_add(hit, 1);
	return 0;
}
"""


def count_execs() -> int:
    """Load a program, execute a command `EXECS` times, and return how many of them it counted.

    Raises:
        LabError: whatever stands in the way, from the compiler to the hook.
        ImportError: the lab's packages are not installed.
    """
    from bpflab.programs.loading import load  # a bare machine has no numpy

    name = f"lab-{os.urandom(4).hex()}"

    def rename() -> None:
        Path("/proc/self/comm").write_text(name)

    with load("the doctor's program", text=TEXT) as program:
        hits = program.maps["hits"].fill({name: 0})
        with program.attached(doctor_count="syscalls:sys_enter_execve"):
            for _ in range(EXECS):
                subprocess.run(["/bin/true"], preexec_fn=rename, check=True)
        return int(hits[name])


def load_two_instructions() -> str:
    """Load the smallest program: the filter of a container may refuse bpf(2), whoever asks."""
    try:
        fd, _ = load_program(_TRACEPOINT, Code("probe", _RETURN_0))
    except LabError as error:  # an architecture whose number of bpf(2) is not known
        return error.message
    except OSError as error:
        return os.strerror(error.errno or 0)
    os.close(fd)
    return ""


def load_sleepable() -> str:
    """Load a program that may sleep, for a tracepoint or else for execve's own function.

    The kernel allows the first since Linux 7.2, and the second where it can hook functions and
    knows that this one may fail.
    """
    code = Code("probe", _RETURN_0, sleepable=True)
    try:
        fd, _ = load_program(_TRACEPOINT, code)
        os.close(fd)
        return ""
    except OSError:
        entry = hooks.syscall_entry("execve")
    if entry.type != "kprobe":
        return "it has no hook for that at tracepoints, and none at functions"
    try:
        number = kernel_types.hook_number(entry.target, _FENTRY)
        bound = replace(code, attach_type=_FENTRY, attach_to=number)
        fd, _ = load_program(_TRACING, bound)
    except LabError as error:
        return error.message
    except OSError as error:
        return os.strerror(error.errno or 0)
    try:
        os.close(open_raw_tracepoint(None, fd))
    except OSError as error:
        return os.strerror(error.errno or 0)
    finally:
        os.close(fd)
    return ""


def trace_child() -> str:
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
