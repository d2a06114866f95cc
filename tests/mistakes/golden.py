"""Programs with a mistake, and what they made a real machine print.

`clang/X.c` and `logs/X.c` are faulty programs; `X.txt` is what their compile or load printed (BCC
0.26, LLVM 14, Linux 6.18), with kernel addresses and paths made plain. `logs/X.lines` says from
which instruction on the compiled program is of which line.
"""

from pathlib import Path

from bpflab import source

CLANG = Path(__file__).parent / "clang"
LOGS = Path(__file__).parent / "logs"
PLAIN = source.from_text("int hook(void *ctx)\n{\n\treturn zzz(ctx);\n}\n", "a.c")


def golden(folder, name):
    """Return a stored program and what it made the machine print."""
    code = source.from_text((folder / f"{name}.c").read_text(encoding="utf-8"), f"{name}.c")
    return code, (folder / f"{name}.txt").read_text(encoding="utf-8")
