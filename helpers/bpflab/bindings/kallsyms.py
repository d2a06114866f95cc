"""The kernel's functions: their names are there for everyone, as their addresses are not."""

from __future__ import annotations

import difflib
import platform
from pathlib import Path

SYMBOLS = Path("/proc/kallsyms")

# arch/*/include/asm/syscall_wrapper.h; an architecture without a wrapper calls it sys_ alone.
_PREFIXES = {
    "x86_64": "__x64_sys_",
    "aarch64": "__arm64_sys_",
    "riscv64": "__riscv_sys_",
    "s390x": "__s390x_sys_",
}


def functions(modules: bool = True) -> set[str]:
    """Return the names of the kernel's functions; none where the list cannot be read."""
    try:
        text = SYMBOLS.read_text(encoding="utf-8", errors="backslashreplace")
    except OSError:
        return set()
    rows = (row.split() for row in text.splitlines())  # address, letter, name, and its [module]
    known = (row for row in rows if row[1] in "tTwW" and row[3:] != ["[bpf]"])  # no BPF programs
    return {row[2] for row in known if modules or len(row) == 3}


def syscall(name: str) -> str:
    """Return the function of system call *name*, as this architecture calls it, or nothing."""
    known = functions(modules=False)
    prefixes = (_PREFIXES.get(platform.machine(), "sys_"), "sys_")
    return next((prefix + name for prefix in prefixes if prefix + name in known), "")


def near(name: str) -> list[str]:
    """Return up to three functions that *name* may mean, which is none of them."""
    if not name:
        return []
    if call := syscall(name.removeprefix("sys_")):
        return [call]
    known = {n for n in functions() if n.isidentifier() and not n.startswith("__pfx_")}
    for part in dict.fromkeys((name, name.removeprefix("do_"))):  # 7.2 has no do_unlinkat
        if holding := sorted((n for n in known if part in n), key=lambda n: (len(n), n))[:3]:
            return holding
    alike = [n for n in known if abs(len(n) - len(name)) < 3 and n[0] == name[0]]
    return difflib.get_close_matches(name, sorted(alike), 3, 0.75)
