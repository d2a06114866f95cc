"""Where programs are attached: tracepoints, raw tracepoints, kprobes, a system call's entry."""

from __future__ import annotations

import contextlib
import errno
import os
from dataclasses import dataclass

from bpflab.arguments import checked
from bpflab.bindings import hook_names, kallsyms, kernel_types, perfevent, tracepoints
from bpflab.bindings.bpf import open_raw_tracepoint
from bpflab.bindings.hook_names import BOUND, check, not_here
from bpflab.errors import NO_DESCRIPTOR, LabError, no_descriptor

__all__ = ["BOUND", "Entry", "attach", "check", "detach", "not_here", "syscall_entry"]


@dataclass(frozen=True)
class Entry:
    """A hook at the entry of a system call.

    Attributes:
        type: the program type to load for it.
        target: what to attach to.
        why: why this one, in one sentence.
    """

    type: str
    target: str
    why: str


@checked
def syscall_entry(name: str) -> Entry:
    """Return a kprobe on system call *name*'s function, or its tracepoint where there is none.

    A program for either must take ``void *ctx``: a kprobe's context is the registers, a
    tracepoint's is its arguments. BCC's ``get_syscall_fnname`` asks for a symbol's *address*, which
    the kernel hides from ordinary users (kernel.kptr_restrict), and then returns a name that does
    not exist; the name alone is never hidden.

    >>> inspect.syscall_entry("execve").target
    'syscalls:sys_enter_execve'
    """
    tracepoint = f"syscalls:sys_enter_{name}"
    if not perfevent.KPROBES.exists():
        return Entry("tracepoint", tracepoint, "This kernel was built without kprobes.")
    if found := kallsyms.syscall(name):
        why = "This kernel has kprobes, and calls the function that does it so."
        return Entry("kprobe", found, why)
    return Entry("tracepoint", tracepoint, f"This kernel lists no function for {name}.")


def attach(
    program_type: str,
    function: str,
    program_fd: int,
    target: str,
    takes: str = "",
    dialect: str = "bcc",
) -> int:
    """Attach a loaded program to *target*; return what ``detach`` needs.

    *takes* is the tracepoint's struct that the program has for its context, if it has one.

    Raises:
        LabError: whatever `hook_names.check` refuses, or ``attach``.
    """
    check(program_type, function, target, takes, dialect)
    try:
        if program_type == "kprobe":
            return _started(perfevent.open_kprobe(*hook_names.kprobe(target)), program_fd)
        if program_type == "raw_tracepoint":
            return open_raw_tracepoint(target, program_fd)
        if program_type == "tracepoint":
            return _tracepoint(function, program_fd, target)
        return open_raw_tracepoint(None, program_fd)  # it was loaded for its hook
    except OSError as error:
        if program_type == "raw_tracepoint" and error.errno == errno.ENOENT:
            raise hook_names.no_raw_tracepoint(function, target, dialect) from None
        raise _refused(program_type, function, target, error) from None


def detach(program_type: str, link: int) -> None:
    """Undo ``attach``."""
    if program_type in ("raw_tracepoint", *BOUND):
        os.close(link)
    else:
        perfevent.end(link)


def _tracepoint(function: str, program_fd: int, target: str) -> int:
    event = perfevent.open_event(perfevent.TRACEPOINT, tracepoints.number(target), 0)
    try:
        return _started(event, program_fd)
    except PermissionError as error:
        if error.errno != errno.EACCES:  # perf_event_set_bpf_prog, kernel/events/core.c
            raise
        raise LabError(
            "attach",
            f"{function} cannot be attached to {target}: {error.strerror}.",
            why="It reads beyond the end of this event: it was written for another hook.",
            fix=f"Let it take struct {tracepoints.struct_of(target)} *.",
        ) from None


def _started(event: int, program_fd: int) -> int:
    """Let *event* run the program, and return it; where it is refused it is closed."""
    try:
        perfevent.start(event, program_fd)
    except OSError:
        os.close(event)
        raise
    return event


def _refused(program_type: str, function: str, target: str, error: OSError) -> LabError:
    if error.errno in NO_DESCRIPTOR:
        return no_descriptor(f"to attach {function}")
    denied = error.errno in (errno.EPERM, errno.EACCES)
    why, fix, count = "", "", -1
    if denied:
        why = "That needs CAP_BPF and CAP_PERFMON."
        fix = "Start the lab with ./lab; ./lab doctor shows what is missing."
    elif program_type == "raw_tracepoint" and error.errno == errno.EINVAL:
        why = "It reads more arguments than this hook has."  # bpf_probe_register, bpf_trace.c
        fix = "Read only ctx->args[0] and so on, as many as the event's prototype has."
        with contextlib.suppress(LabError):  # a machine without libbpf
            count = kernel_types.arguments_of(target)
        if count > 0:
            why = f"It reads more arguments than this hook has: {count}."
            fix = f"Read ctx->args[0]{f' to ctx->args[{count - 1}]' if count > 1 else ''} alone."
    return LabError(
        "attach",
        f"{function} cannot be attached to {target}: {error.strerror}.",
        why=why,
        fix=fix,
    )
