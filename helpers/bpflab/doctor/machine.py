"""Everything that the doctor reads from a machine, behind one root directory."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bpflab.bindings import capabilities
from bpflab.doctor.trial import count_execs

_DEADLINE_S = 20.0  # of a command that takes 50 ms, and a hundred times that under emulation
_PROGRAMS = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin")


@dataclass
class Machine:
    """One machine, as the doctor sees it.

    All files are read under *root*, and what is not a file is a field: a test builds a machine
    from a directory and a few values.

    Attributes:
        root: the directory that stands for ``/``.
        release: what ``uname -r`` says.
        arch: what ``uname -m`` says.
        uid: the effective user id.
        python: the interpreter that lessons would run in, *version* and *sys_path* are its.
        environ: the environment: BCC reads two variables of it.
        cpus: how many CPUs this process may run on.
        page_size: bytes of a page of memory.
        count_execs: loads, fires and removes a real program.
    """

    root: Path = Path("/")
    release: str = field(default_factory=platform.release)
    arch: str = field(default_factory=platform.machine)
    uid: int = field(default_factory=os.geteuid)
    python: str = sys.executable
    version: tuple[int, int] = sys.version_info[:2]
    sys_path: tuple[str, ...] = field(default_factory=lambda: tuple(sys.path))
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cpus: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    page_size: int = mmap.PAGESIZE
    count_execs: Callable[[], int] = count_execs

    def path(self, name: str) -> Path:
        """Return the path of *name*, which is written as from ``/``, under the root."""
        return self.root / name.lstrip("/")

    def exists(self, name: str) -> bool:
        """Say whether this user can see that *name* exists."""
        return os.path.exists(self.path(name))  # noqa: PTH110  # Path.exists raises on EACCES

    def access(self, name: str) -> Literal["here", "absent", "denied"]:
        """Say whether this user may read the file or directory *name*, if it is there to see."""
        if os.access(self.path(name), os.R_OK):
            return "here"
        return "denied" if self.exists(name) else "absent"

    def text(self, name: str) -> str:
        """Return the stripped text of the file *name*; empty where it cannot be read."""
        try:
            return self.path(name).read_text(errors="replace").strip()
        except OSError:
            return ""

    def has_command(self, name: str) -> bool:
        """Say whether a program of this name lies in one of the usual directories."""
        return any(self.exists(f"{directory}/{name}") for directory in _PROGRAMS)

    def capabilities(self, kind: str = "CapEff") -> int:
        """Return the effective capabilities, or those of another *kind*, as a bit mask."""
        return capabilities.mask(self.text("proc/self/status"), kind)

    def runs(self, *command: str) -> bool:
        """Run *command*, and say whether it is there and succeeded in time."""
        try:
            path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"  # a user's may not have it
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=_DEADLINE_S,
                check=False,
                env={**os.environ, "PATH": path},
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def links(self, library: str) -> bool:
        """Say whether a shared library of this name can be loaded into this process."""
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
        return True
