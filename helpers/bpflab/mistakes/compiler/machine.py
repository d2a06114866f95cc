"""What the compiler's machine lacks: memory, headers of the kernel."""

from __future__ import annotations

from bpflab.mistakes.compiler.case import Rules, says

RULES: Rules = (
    (
        r"std::bad_alloc|MemoryError|[Oo]ut of memory|failed to map segment|Cannot allocate memory"
        r"|Fatal Python error|can't start new thread",
        says(
            "memory",
            "There was not enough memory to compile.",
            "The compiler takes some 300 MB of addresses for as long as it runs.",
            "Close the kernels of other notebooks, or raise the limit (ulimit -v), and load again.",
        ),
    ),
    (
        r"Unable to find kernel headers|chdir\(.*\): No such file"
        r"|linux/kconfig\.h' file not found",
        says(
            "no-headers",
            "BCC found no headers for the running kernel.",
            "It compiles against /lib/modules/$(uname -r)/build.",
            "./lab installs them; ./lab doctor says which.",
        ),
    ),
)
"""Searched for in the whole of what was printed."""
