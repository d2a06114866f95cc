"""Lessons executed without a browser: a line a cell, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from bpflab.course.notebooks import dumps, normalise, read
from bpflab.errors import LabError
from bpflab.files import replace_text
from bpflab.text import safe_text

DEADLINE_S = 120
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# A kernel starts in 1 s, and in 30 to 150 under emulation, as busy as the machine is.
_START_S = 120


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
    path: Path,
    on_cell: OnCell = lambda _: None,
    deadline_s: int = DEADLINE_S,
    only: Container[str] = (),
) -> NotebookNode:
    """Return the notebook with what its cells show when executed in order, in a kernel of its own.

    The kernel is this interpreter's, in the notebook's folder. *on_cell* is called when a cell
    starts and when it has ended; each cell has *deadline_s* seconds. With ids of cells in *only*
    no others are executed. However this ends, the kernel and its group of processes have ended as
    well.

    Raises:
        LabError: ``cell-failed``; ``not-executed``, when the disk has no space for the kernel's
            files.
    """
    nb = read(path)
    # Without a folder of kernels there is one: that of this very interpreter.
    specs = KernelSpecManager(kernel_dirs=[])
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
    try:
        with tempfile.TemporaryDirectory(prefix="bpflab-") as private:
            try:
                asyncio.run(_execute(nb, manager, path, Path(private), on_cell, deadline_s, only))
            finally:
                _kill(manager)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        message = f"{path.name} was not executed: {error.strerror}."
        fix = f"A kernel needs some space in {tempfile.gettempdir()}."
        raise LabError("not-executed", message, fix=fix) from None
    return nb


def _kill(manager: AsyncKernelManager) -> None:
    """Kill the kernel's group of processes.

    A kernel that was asked to end has ended them (ipykernel, _at_shutdown). One that died has not,
    and after a second Ctrl-C nothing waits for the answer.
    """
    if group := getattr(manager.provisioner, "pgid", None):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


async def _execute(
    nb: NotebookNode,
    manager: AsyncKernelManager,
    path: Path,
    private: Path,
    on_cell: OnCell,
    deadline_s: int,
    only: Container[str],
) -> None:
    manager.connection_file = str(private / "kernel.json")
    client = NotebookClient(
        nb,
        km=manager,
        timeout=deadline_s,
        startup_timeout=max(_START_S, deadline_s),
        iopub_timeout=max(_START_S, deadline_s),
        raise_on_iopub_timeout=True,  # or output would be lost in silence
        force_raise_errors=True,
        store_widget_state=False,
        coalesce_streams=False,  # `normalise` does it, and keeps streams around a picture apart
        record_timing=False,
    )
    log = private / "log"
    more = {"BPFLAB_HEADLESS": "1", "COLUMNS": "80", "IPYTHONDIR": str(private / "ipython")}
    how = {"cwd": path.parent, "env": {**os.environ, **more}}
    try:
        with log.open("w") as out:
            await client.async_start_new_kernel(**how, stdout=out, stderr=out)
        await client.async_start_new_kernel_client()
        code = [index for index, cell in enumerate(nb.cells) if cell.cell_type == "code"]
        code = [index for index in code if not only or nb.cells[index].get("id") in only]
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
    lines = _ANSI.sub("", text).expandtabs().rstrip().splitlines()
    return "\n".join(safe_text(line) for line in lines)


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
