"""Run a compiler in a child process, and report how it failed."""

from __future__ import annotations

import errno
import signal
import subprocess
from pathlib import Path

from bpflab.errors import LabError

DEADLINE_S = 120.0  # one compile takes 0.3 s, and ten under emulation
_MEMORY = "Close the kernels of other notebooks, and load again."


def run(
    name: str, command: list[str], text: bytes, folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Give *text*, made of source *name*, to *command* in *folder*; return what it printed.

    Raises:
        LabError: ``no-compiler`` where there is none, ``memory`` or ``descriptors`` where
            no process can be started, ``deadline``, ``killed``.
    """
    try:
        child = subprocess.run(
            command, input=text, capture_output=True, cwd=folder, timeout=DEADLINE_S, check=False
        )
    except FileNotFoundError:
        raise LabError(
            "no-compiler", f"There is no {command[0]} here.", fix="./lab installs it."
        ) from None
    except subprocess.TimeoutExpired:
        raise LabError(
            "deadline",
            f"{name} did not compile within {DEADLINE_S:.0f} s.",
            fix="Look for a very large loop or array.",
        ) from None
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise LabError(
                "descriptors",
                f"No process could be started to compile {name}: {error.strerror}.",
                why="Each file, map and program that is open has a descriptor.",
                fix="Close what is not needed, or allow more: ulimit -n 4096 before ./lab.",
            ) from None
        raise LabError(
            "memory",
            f"No process could be started to compile {name}: {error.strerror}.",
            fix=_MEMORY,
        ) from None
    if child.returncode == -signal.SIGKILL:
        raise LabError(
            "killed",
            f"The process that compiled {name} was killed.",
            why="The kernel kills a process when memory runs out.",
            fix=_MEMORY,
        )
    return child
