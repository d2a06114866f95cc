"""Processes that end when this one does, however it ends, and directories that go with it."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bpflab.files import sweep

CLEANING_S = 60
"""How long a process that is asked to end may take to clean up, before it is killed."""

_PR_SET_PDEATHSIG = 1
_HEAD = "bpflab-vm-"


@contextmanager
def running(command: Sequence[str | Path], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which is ended with the block: Ctrl-C reaches us alone."""
    libc = ctypes.CDLL(None)
    with subprocess.Popen(
        command,
        start_new_session=True,
        preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM),
        **{"stdin": subprocess.DEVNULL, **how},
    ) as process:
        try:
            yield process
        finally:
            for sent in (signal.SIGTERM, signal.SIGKILL):  # it may clean up after itself
                if process.poll() is None:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, sent)
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(CLEANING_S)


def call(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path | None = None) -> None:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    with running(command, env=env, cwd=cwd) as process:
        status = process.wait()
    if status:
        raise subprocess.CalledProcessError(status, [str(word) for word in command])


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """Make a directory in *place* for a block; remove those that killed processes left there."""
    sweep(place, _HEAD, shutil.rmtree)
    with tempfile.TemporaryDirectory(prefix=f"{_HEAD}{os.getpid()}-", dir=place) as name:
        yield Path(name)
