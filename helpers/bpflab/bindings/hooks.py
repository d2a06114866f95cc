"""Where programs are attached: tracepoints, raw tracepoints, kprobes, a system call's entry."""

from __future__ import annotations

import errno
import os
import platform
import re
from dataclasses import dataclass

from bpflab.arguments import checked
from bpflab.bindings import kallsyms, perfevent, tracepoints
from bpflab.bindings.bpf import open_raw_tracepoint
from bpflab.errors import NO_DESCRIPTOR, LabError, no_descriptor
from bpflab.text import near, safe_text

# arch/*/include/asm/syscall_wrapper.h; an architecture without a wrapper calls it sys_ alone.
_PREFIXES = {
    "x86_64": "__x64_sys_",
    "aarch64": "__arm64_sys_",
    "riscv64": "__riscv_sys_",
    "s390x": "__s390x_sys_",
}

_OF_ONE_CALL = re.compile(r"(?:syscalls:)?(sys_(?:enter|exit))_")


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

    >>> syscall_entry("execve").target
    'syscalls:sys_enter_execve'
    """
    tracepoint = f"syscalls:sys_enter_{name}"
    if not perfevent.KPROBES.exists():
        return Entry("tracepoint", tracepoint, "This kernel was built without kprobes.")
    functions = kallsyms.functions(modules=False)
    for prefix in (_PREFIXES.get(platform.machine(), "sys_"), "sys_"):
        if prefix + name in functions:
            why = "This kernel has kprobes, and calls the function that does it so."
            return Entry("kprobe", prefix + name, why)
    return Entry("tracepoint", tracepoint, f"This kernel lists no function for {name}.")


def check(program_type: str, function: str, target: str, takes: str = "") -> None:
    """Refuse what `attach` would refuse, as far as can be said without attaching anything.

    Raises:
        LabError: as ``attach`` does.
    """
    if _is_no_name(target):
        raise LabError("no-tracepoint", f"There is no hook {safe_text(target, 80)!r}.")
    if program_type == "kprobe":
        _kernel_function(target)
    elif program_type == "tracepoint":
        tracepoints.number(target)
        _same_event(function, target, takes)
    elif program_type == "raw_tracepoint":
        if ":" in target or _OF_ONE_CALL.match(target):  # others need not stand in tracefs
            raise _no_raw_tracepoint(target)
    elif program_type != "tracing":
        raise LabError("attach", f"A {program_type} program has no hook to attach to here.")


def attach(program_type: str, function: str, program_fd: int, target: str, takes: str = "") -> int:
    """Attach a loaded program to *target*; return what ``detach`` needs.

    *takes* is the tracepoint's struct that the program has for its context, if it has one.

    Raises:
        LabError: ``no-tracefs``, ``no-tracepoint``, ``no-kprobes`` or ``attach``.
    """
    if _is_no_name(target):
        raise LabError("no-tracepoint", f"There is no hook {safe_text(target, 80)!r}.")
    if program_type == "kprobe":
        return _kprobe(function, program_fd, target)
    if program_type == "raw_tracepoint":
        return _raw_tracepoint(function, program_fd, target)
    if program_type == "tracepoint":
        return _tracepoint(function, program_fd, target, takes)
    if program_type == "tracing":
        return _tracing(function, program_fd, target)
    raise LabError("attach", f"A {program_type} program has no hook to attach to here.")


def detach(program_type: str, link: int) -> None:
    """Undo ``attach``."""
    if program_type in ("raw_tracepoint", "tracing"):
        os.close(link)
    else:
        perfevent.end(link)


def _kprobe(function: str, program_fd: int, target: str) -> int:
    name = _kernel_function(target)
    try:
        return _started(perfevent.open_kprobe(name), program_fd)
    except OSError as error:
        raise _refused(function, target, error) from None


def _tracing(function: str, program_fd: int, target: str) -> int:
    """Attach a program of type tracing, which was loaded for its hook."""
    try:
        return open_raw_tracepoint(None, program_fd)
    except OSError as error:
        raise _refused(function, target, error) from None


def _raw_tracepoint(function: str, program_fd: int, target: str) -> int:
    try:
        return open_raw_tracepoint(target, program_fd)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise _refused(function, target, error) from None
    raise _no_raw_tracepoint(target)


def _no_raw_tracepoint(target: str) -> LabError:
    known = {e.partition(":")[2] for e in tracepoints.names() if not e.startswith("syscalls:")}
    of_one = _OF_ONE_CALL.match(target)
    all_calls = f"Attach it to {of_one[1]}, which comes at every system call." if of_one else ""
    return LabError(
        "no-tracepoint",
        f"There is no raw tracepoint {safe_text(target, 80)!r}.",
        why="A raw tracepoint is called by its event alone, as in sys_enter or sched_switch.",
        fix=all_calls or near(target.rpartition(":")[2], known),
    )


def _tracepoint(function: str, program_fd: int, target: str, takes: str) -> int:
    number = tracepoints.number(target)
    _same_event(function, target, takes)
    try:
        event = perfevent.open_event(perfevent.TRACEPOINT, number, 0)
    except OSError as error:
        raise _refused(function, target, error) from None
    try:
        return _started(event, program_fd)
    except PermissionError as error:
        if error.errno != errno.EACCES:  # perf_event_set_bpf_prog, kernel/events/core.c
            raise _refused(function, target, error) from None
        raise LabError(
            "attach",
            f"{function} cannot be attached to {target}: {error.strerror}.",
            why="It reads beyond the end of this event: it was written for another hook.",
            fix=f"Let it take struct {tracepoints.struct_of(target)} *.",
        ) from None
    except OSError as error:
        raise _refused(function, target, error) from None


def _same_event(function: str, target: str, takes: str) -> None:
    """Refuse a program whose context is the event of another tracepoint, with other fields."""
    if takes and (other := tracepoints.other_than(target, takes)):
        raise LabError(
            "attach",
            f"{function} takes the event of {other}, and cannot be attached to {target}.",
            why="The fields of the two differ: it would read the wrong bytes.",
            fix=f"Let it take struct {tracepoints.struct_of(target)} *, or attach it to {other}.",
        )


def _started(event: int, program_fd: int) -> int:
    """Let *event* run the program, and return it; where it is refused it is closed."""
    try:
        perfevent.start(event, program_fd)
    except OSError:
        os.close(event)
        raise
    return event


def _is_no_name(target: str) -> bool:
    """Return whether no hook of the kernel's can be called so: with a NUL or half a pair in it."""
    return "\0" in target or any(0xD800 <= ord(c) <= 0xDFFF for c in target)


def _kernel_function(target: str) -> str:
    """Return *target*, if it is a function of the kernel and kprobes are there."""
    if not perfevent.KPROBES.exists():
        raise LabError(
            "no-kprobes",
            "This kernel has no kprobes.",
            why="It was built without CONFIG_KPROBES.",
            fix="Use a tracepoint, or run in a VM with a distribution's kernel.",
        )
    known = kallsyms.functions()
    if target in known:
        return target
    names = sorted((n for n in known if target and target in n), key=lambda n: (len(n), n))[:3]
    raise LabError(
        "attach",
        f"The kernel has no function {safe_text(target, 80)!r}.",
        why="A kprobe is set on a function of /proc/kallsyms; one that was inlined is not there.",
        fix=f"Did you mean {' or '.join(names)}?" if names else "",
    )


def _refused(function: str, target: str, error: OSError) -> LabError:
    if error.errno in NO_DESCRIPTOR:
        return no_descriptor(f"to attach {function}")
    denied = error.errno in (errno.EPERM, errno.EACCES)
    return LabError(
        "attach",
        f"{function} cannot be attached to {target}: {error.strerror}.",
        why="That takes CAP_BPF and CAP_PERFMON." if denied else "",
        fix="Start the lab with ./lab; ./lab doctor shows what is missing." if denied else "",
    )
