"""The header vmlinux.h: all types of the running kernel, as bpftool writes them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from bpflab.compiling import kept
from bpflab.errors import LabError
from bpflab.source import MADE, Source

TYPES = Path("/sys/kernel/btf/vmlinux")
_INCLUDE = re.compile(rf'^\s*#\s*include\s*[<"]{MADE}[>"]', re.M)
_DEADLINE_S = 60.0


def wanted(source: Source) -> bool:
    """Say whether a text for libbpf includes vmlinux.h and has none of its own."""
    return bool(_INCLUDE.search(source.code))


def text() -> str:
    """Return vmlinux.h of the running kernel, made in half a second or kept from before: 3 MB.

    Raises:
        LabError: ``no-vmlinux`` where the kernel has no types, or there is no bpftool.
    """
    facts: list[object] = [MADE, TYPES.stat().st_size if TYPES.exists() else 0]
    if found := kept.read(facts, lambda answer: str(answer["text"])):
        return found
    made = _made()
    kept.write(facts, {"text": made})
    return made


def _made() -> str:
    # Where an ordinary user's PATH does not look, and where Debian puts it.
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    bpftool = shutil.which("bpftool", path=path)
    if not bpftool:
        raise LabError(
            "no-vmlinux",
            f"There is no {MADE} here, and no bpftool that makes it.",
            why="It holds the types of the running kernel, so each kernel has its own.",
            fix="Install bpftool: sudo apt-get install bpftool.",
        )
    command = [bpftool, "btf", "dump", "file", str(TYPES), "format", "c"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_DEADLINE_S, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LabError(
            "no-vmlinux",
            f"bpftool cannot make {MADE}.",
            why=f"It reads the kernel's types in {TYPES}."
            + ("" if TYPES.exists() else " This kernel has none (CONFIG_DEBUG_INFO_BTF)."),
            fix="Include <linux/bpf.h> instead, and declare the structs that you need.",
            log=str(getattr(error, "stderr", "") or error),
        ) from None
    return done.stdout
