"""Lessons executed without a browser: a line a cell, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from bpflab.course.notebooks import ANSI, dumps, normalise, read
from bpflab.errors import LabError
from bpflab.files import replace_text
from bpflab.text import safe_text

DEADLINE_S = 120


_START_S = 120  # a kernel starts in 1 s, and in 30 under emulation


@dataclass(frozen=True)
class Step:
    """A code cell that starts, or has ended.

    Attributes:
        number: its number among the code cells, from 1, as a notebook shows it in brackets.
        line: its first line, as ``safe_text``.
        seconds: how long it took; None when it starts.
        error: what it failed with, as safe lines; empty when it did not fail.
    """

    number: int
    line: str
    seconds: float | None = None
    error: str = ""


OnCell = Callable[[Step], object]


def execute(
    path: Path, on_cell: OnCell = lambda _: None, deadline_s: int = DEADLINE_S
) -> NotebookNode:
    """Return the notebook with what its cells show when executed in order, in a kernel of its own.

    The kernel is this interpreter's, in the notebook's folder. *on_cell* is called when a cell
    starts and when it has ended; each cell has *deadline_s* seconds. However this ends, the kernel
    and all that it started have ended as well.

    Raises:
        LabError: ``cell-failed``; ``left-behind``, when a process outlived the kernel;
            ``not-executed``, when the disk has no space for the kernel's files.
    """
    nb = read(path)
    try:
        with _no_process_left(path), tempfile.TemporaryDirectory(prefix="bpflab-") as private:
            asyncio.run(_execute(nb, path, Path(private), on_cell, deadline_s))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = tempfile.gettempdir()
        raise LabError(
            "not-executed",
            f"{path.name} was not executed: {error.strerror}.",
            fix=f"A kernel needs some space in {place}.",
        ) from None
    return nb


async def _execute(
    nb: NotebookNode, path: Path, private: Path, on_cell: OnCell, deadline_s: int
) -> None:
    manager = AsyncKernelManager(
        kernel_name="python3",
        # No folder of kernels: what is left is the kernel of this very interpreter.
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(private / "kernel.json"),
        transport=_transport(private),
    )
    client = NotebookClient(
        nb,
        km=manager,
        timeout=deadline_s,
        startup_timeout=_START_S,
        iopub_timeout=_START_S,
        raise_on_iopub_timeout=True,  # or output would be lost in silence
        force_raise_errors=True,
        store_widget_state=False,
        coalesce_streams=False,  # `normalise` does it, and keeps streams around a picture apart
        record_timing=False,
    )
    log = private / "log"
    # pytest's variable would keep ipykernel from watching descriptors 1 and 2.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    env |= {"BPFLAB_HEADLESS": "1", "COLUMNS": "80", "IPYTHONDIR": str(private / "ipython")}
    try:
        with log.open("w") as out:
            await client.async_start_new_kernel(cwd=path.parent, env=env, stdout=out, stderr=out)
        await client.async_start_new_kernel_client()
        code = [index for index, cell in enumerate(nb.cells) if cell.cell_type == "code"]
        for number, index in enumerate(code, start=1):
            step = Step(number, safe_text(nb.cells[index].source.strip().partition("\n")[0]))
            on_cell(step)
            began = time.monotonic()
            error = _safe_lines(await _failure(client, index, number, log))
            on_cell(replace(step, seconds=time.monotonic() - began, error=error))
            if error:
                raise LabError("cell-failed", f"Cell {number} of {path.name} failed.", log=error)
    finally:
        if manager.has_kernel:
            await manager.shutdown_kernel()
        if client.kc:
            client.kc.stop_channels()
        await manager.cleanup_resources()


async def _failure(client: NotebookClient, index: int, number: int, log: Path) -> str:
    """Execute a cell and return what it failed with, or nothing."""
    cell = client.nb.cells[index]
    try:
        await client.async_execute_cell(cell, index, execution_count=number)
    except CellExecutionError as failed:
        rows = [row for out in cell.outputs for row in out.get("traceback", [])]
        return "\n".join(rows) or f"{failed.ename}: {failed.evalue}"
    except CellTimeoutError:
        return f"It had not ended after {client.timeout} s."
    except DeadKernelError:
        task = asyncio.current_task()
        if task and task.cancelling():  # nbclient takes a Ctrl-C for a dead kernel
            raise asyncio.CancelledError from None
        return "The kernel died.\n" + log.read_text(errors="backslashreplace")[-2000:]
    return ""


def _safe_lines(text: str) -> str:
    lines = ANSI.sub("", text).expandtabs().rstrip().splitlines()
    return "\n".join(safe_text(line) for line in lines)


def _transport(private: Path) -> str:
    """Sockets in a private folder, unless its path is too long or its file system has none."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(str(private / "kernel-ipc-1"))
        except OSError:
            return "tcp"
    (private / "kernel-ipc-1").unlink()
    return "ipc"


@contextlib.contextmanager
def _no_process_left(path: Path) -> Iterator[None]:
    """Stop what the block started, directly or not, and did not stop; complain if it went well."""
    before = _children()
    _adopt_orphans(True)
    try:
        yield
    finally:
        left = _stop(before)
        _adopt_orphans(False)
    if left:
        names = ", ".join(sorted(left))
        raise LabError("left-behind", f"{path.name} left processes behind: {names}.")


def _adopt_orphans(on: bool) -> None:
    # PR_SET_CHILD_SUBREAPER: a process in a session of its own comes to us when its parent ends.
    ctypes.CDLL(None).prctl(36, ctypes.c_ulong(on))


def _children() -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            parent = stat.read_text(errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.add(int(stat.parent.name))
    return found


def _stop(before: set[int]) -> set[str]:
    """Give each new child a second to end, then kill it; return the names of those killed."""
    killed = set()
    began = time.monotonic()
    while (new := _children() - before) and time.monotonic() - began < 5:
        for pid in new:
            with contextlib.suppress(OSError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() - began > 1:
                    killed.add(safe_text(Path(f"/proc/{pid}/comm").read_text().strip()))
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return killed


def refresh(path: Path, on_cell: OnCell = lambda _: None, deadline_s: int = DEADLINE_S) -> bool:
    """Execute a lesson and store it, normalised; return whether its file has changed.

    The file is replaced whole, and only when every cell succeeded.

    Raises:
        LabError: as `execute` does, or ``not-stored``; the file is then as it was.
    """
    text = dumps(normalise(execute(path, on_cell, deadline_s)))
    if path.read_text(encoding="utf-8") == text:
        return False
    try:
        replace_text(path, text)
    except OSError as error:
        raise LabError("not-stored", f"{path.name} was not stored: {error.strerror}.") from None
    return True
