"""Where a system call begins, as a hook: the kernel's own function, or else its tracepoint."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from bpflab.arguments import checked
from bpflab.bindings import hooks

KALLSYMS = Path("/proc/kallsyms")

# arch/*/include/asm/syscall_wrapper.h; an architecture without a wrapper calls it sys_ alone.
_PREFIXES = {
    "x86_64": "__x64_sys_",
    "aarch64": "__arm64_sys_",
    "riscv64": "__riscv_sys_",
    "s390x": "__s390x_sys_",
}


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
    if not hooks.KPROBES.exists():
        return Entry("tracepoint", tracepoint, "This kernel was built without kprobes.")
    functions = _functions()
    for prefix in (_PREFIXES.get(platform.machine(), "sys_"), "sys_"):
        if prefix + name in functions:
            why = "This kernel has kprobes, and calls the function that does it so."
            return Entry("kprobe", prefix + name, why)
    return Entry("tracepoint", tracepoint, f"This kernel lists no function for {name}.")


def _functions() -> set[str]:
    """Return the names that the kernel lists: address, letter, name, and a module's in brackets."""
    try:
        rows = KALLSYMS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    return {words[2] for row in rows if len(words := row.split()) == 3}
