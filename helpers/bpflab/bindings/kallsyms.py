"""The kernel's symbols: names are there for everyone, addresses for who has CAP_SYSLOG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

SYMBOLS = Path("/proc/kallsyms")


def symbols() -> Iterator[tuple[int, str, str, str]]:
    """Yield address (0 where it is hidden), letter, name and ``[module]`` or nothing."""
    with SYMBOLS.open(encoding="utf-8", errors="backslashreplace") as rows:
        for row in rows:
            address, letter, name, *module = row.split()
            yield int(address, 16), letter, name, "".join(module)


def functions(modules: bool = True) -> set[str]:
    """Return the names of the kernel's functions; none where the list cannot be read."""
    try:
        return {n for _, letter, n, m in symbols() if letter in "tTwW" and (modules or not m)}
    except OSError:
        return set()
