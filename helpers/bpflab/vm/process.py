"""Processes that end when this one does, however it ends."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

CLEANING_S = 60
"""How long a process that is asked to end may take to clean up, before it is killed."""

_PR_SET_PDEATHSIG = 1


@contextmanager
def running(command: Sequence[str | Path], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which is ended with the block: Ctrl-C reaches us alone."""
    libc = ctypes.CDLL(None)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM),
        **how,
    )
    try:
        yield process
    finally:
        _end(process)
        if process.stdout:
            process.stdout.close()


def call(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path | None = None) -> None:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    with running(command, env=env, cwd=cwd) as process:
        status = process.wait()
    if status:
        raise subprocess.CalledProcessError(status, [str(word) for word in command])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to end, so that it cleans up after itself; kill what does not."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
            with suppress(subprocess.TimeoutExpired):
                process.wait(CLEANING_S)
