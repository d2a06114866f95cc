"""Run a compiler in a child process, and report how it failed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from bpflab.errors import LabError, needs_descriptors
from bpflab.interrupts import held_back
from bpflab.workload.child import end

DEADLINE_S = 120.0  # one compile takes 0.3 s, and ten under emulation
_MEMORY = "Close the kernels of other notebooks, and load again."


def start(name: str, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Return a child that waits for its input, the text of source *name*.

    Raises:
        LabError: ``no-compiler`` where there is none, ``memory`` or ``descriptors`` where
            no process can be started.
    """
    pipe = subprocess.PIPE
    try:
        with needs_descriptors(f"to compile {name}"):
            _try_pipes()
            return subprocess.Popen(
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=folder,
                process_group=0,  # Jupyter interrupts the whole group of a notebook's kernel
            )
    except FileNotFoundError:
        raise LabError(
            "no-compiler", f"There is no {command[0]} here.", fix="./lab installs it."
        ) from None
    except OSError as error:
        raise LabError(
            "memory",
            f"No process could be started to compile {name}: {error.strerror}.",
            fix=_MEMORY,
        ) from None


def _try_pipes() -> None:
    """Raise OSError where Popen would find no descriptors for its four pipes.

    Popen of Debian 12's Python, 3.11.2, leaves those open that it has made by then.
    """
    with contextlib.ExitStack() as pipes:
        for _ in range(4):
            for fd in os.pipe():
                pipes.callback(os.close, fd)


def run(
    name: str, text: bytes, begin: Callable[[], subprocess.Popen[bytes]]
) -> subprocess.CompletedProcess[bytes]:
    """Give *text*, made of source *name*, to the child of *begin*; return what it printed.

    An interrupt ends the child at once.

    Raises:
        LabError: ``deadline``, ``killed``, and whatever *begin* raises.
    """
    child = None
    try:
        with held_back():
            child = begin()
        stdout, stderr = child.communicate(text, DEADLINE_S)
    except subprocess.TimeoutExpired:
        raise LabError(
            "deadline",
            f"{name} did not compile within {DEADLINE_S:.0f} s.",
            fix="Look for a very large loop or array.",
        ) from None
    finally:
        if child:
            end(child)
    if child.returncode == -signal.SIGKILL:
        raise LabError(
            "killed",
            f"The process that compiled {name} was killed.",
            why="The kernel kills a process when memory runs out.",
            fix=_MEMORY,
        )
    return subprocess.CompletedProcess(child.args, child.returncode, stdout, stderr)
