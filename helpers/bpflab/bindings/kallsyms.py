"""The kernel's functions: their names are there for everyone, as their addresses are not."""

from __future__ import annotations

from pathlib import Path

SYMBOLS = Path("/proc/kallsyms")


def functions(modules: bool = True) -> set[str]:
    """Return the names of the kernel's functions; none where the list cannot be read."""
    try:
        text = SYMBOLS.read_text(encoding="utf-8", errors="backslashreplace")
    except OSError:
        return set()
    rows = (row.split() for row in text.splitlines())  # address, letter, name, and its [module]
    return {row[2] for row in rows if row[1] in "tTwW" and (modules or len(row) == 3)}
