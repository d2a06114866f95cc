"""The lessons as files: find them, execute them without a browser, store what their cells show."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import hashlib
import itertools
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from bpflab.errors import LabError
from bpflab.text import safe_text

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS_DIR = ROOT / "notebooks"
"""Where the lessons live, ``NN-topic.ipynb``."""

DEADLINE_S = 120
_START_S = 120  # a kernel starts in 1 s, and in 30 under emulation
_V4: Any = nbformat.v4  # its functions declare no types
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_PLACES = [  # a pattern, and what stands for it
    (re.compile(r"(?:/[\w.~-]{1,64}){0,8}/ipykernel_\d+/\d+\.py"), "cell.py"),
    (re.compile(rf"(?<![\w./~-]){re.escape(str(ROOT))}/"), ""),
    (re.compile(rf"(?<![\w./~-]){re.escape(str(ROOT))}(?![\w.-])"), "."),
    (re.compile(rf"(?<![\w./~-]){re.escape(str(Path.home()))}/"), "~/"),
]
_WIDGET = "application/vnd.jupyter.widget-"
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


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


def lessons() -> list[Path]:
    """Return the files of all lessons, in their order."""
    return sorted(NOTEBOOKS_DIR.glob("[0-9][0-9]-*.ipynb"))


def find(name: str) -> Path:
    """Return the file of one lesson, from its number (``"2"``, ``"02"``) or its whole name.

    Raises:
        LabError: ``no-lesson``, with the names of those that there are.
    """
    for path in lessons():
        if name in (path.stem, path.name) or (name.isdecimal() and name.zfill(2) == path.stem[:2]):
            return path
    known = ", ".join(path.stem for path in lessons()) or "none in this clone"
    raise LabError("no-lesson", f"There is no lesson {safe_text(name)!r}; the lessons: {known}.")


def read(path: Path) -> NotebookNode:
    """Return a notebook as it is stored: no id is made up, and nothing repaired.

    Raises:
        LabError: ``notebook``, when the file is none of format 4.
    """
    try:
        node: NotebookNode = _V4.reads_json(path.read_text(encoding="utf-8"))
        if node.nbformat != 4:
            raise ValueError(f"its format is {node.nbformat}, not 4")
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise LabError("notebook", f"{path.name} cannot be read as a notebook: {error}.") from None
    return node


def dumps(nb: NotebookNode) -> str:
    """Return the text of a notebook's file: sorted keys, one source line a line."""
    return str(_V4.writes_json(nb)) + "\n"


def normalise(nb: NotebookNode) -> NotebookNode:
    """Return a copy with nothing in it that changes from one execution to the next by itself.

    A valid cell id stays; a missing one, and the second of two, comes from the cell's content. The
    code cells count from 1. Of a cell's metadata its tags stay, of the outputs all but widgets,
    colours of tracebacks, and where on this machine the lab is. Neighbouring streams become one a
    name, stdout first: in which order two of them arrive is chance.
    """
    cells: list[dict[str, Any]] = []
    taken = {cell.get("id") for cell in nb.cells}
    seen: set[str] = set()
    numbers = itertools.count(1)
    for old in nb.cells:
        tags = old.metadata.get("tags")
        cell = {"cell_type": old.cell_type, "id": _identify(old, seen, taken)}
        cell |= {"metadata": {"tags": tags} if tags else {}, "source": old.source.rstrip()}
        if old.get("attachments"):
            cell["attachments"] = old.attachments
        if old.cell_type == "code":
            cell["execution_count"] = next(numbers)
            cell["outputs"] = _outputs(old.get("outputs", []), cell["execution_count"])
        cells.append(cell)
    new = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    copy: NotebookNode = _V4.to_notebook_json(new)
    return copy


def _identify(cell: NotebookNode, seen: set[str], taken: set[str | None]) -> str:
    name = cell.get("id")
    if not (isinstance(name, str) and re.fullmatch("[a-zA-Z0-9_-]{1,64}", name)) or name in seen:
        texts = (f"{n}\n{cell.cell_type}\n{cell.source.rstrip()}" for n in itertools.count())
        made = (hashlib.sha256(text.encode()).hexdigest()[:8] for text in texts)
        name = next(candidate for candidate in made if candidate not in taken)
        taken.add(name)
    seen.add(name)
    return name


def _outputs(outputs: list[NotebookNode], number: int) -> list[dict[str, Any]]:
    each = (_output(dict(out), number) for out in outputs)
    shown = [out for out in each if out.get("data") != {}]
    new: list[dict[str, Any]] = []
    for streams, run in itertools.groupby(shown, lambda out: out["output_type"] == "stream"):
        together = list(run)
        new += _merged(together) if streams else together
    return new


def _merged(streams: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    texts: dict[str, str] = {}
    for out in streams:
        texts[out["name"]] = texts.get(out["name"], "") + out["text"]
    for name in sorted(texts, reverse=True):  # stdout, then stderr
        yield {"name": name, "output_type": "stream", "text": _placeless(texts[name])}


def _output(out: dict[str, Any], number: int) -> dict[str, Any]:
    if "data" in out:
        out["data"] = {
            mime: value if mime in ("image/png", "image/jpeg") else _placeless(value)
            for mime, value in out["data"].items()
            if not mime.startswith(_WIDGET)
        }
    if out["output_type"] == "execute_result":
        out["execution_count"] = number
    if out["output_type"] == "error":
        out["evalue"] = _placeless(out["evalue"])
        out["traceback"] = [_placeless(_ANSI.sub("", row)) for row in out["traceback"]]
    return out


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _placeless(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_placeless(inner) for inner in value]
    if not isinstance(value, str):
        return value
    new = value
    for pattern, name in _PLACES:
        new = pattern.sub(name, new)
    return new if new == value else _placeless(new)  # each name is shorter than what it replaces


def execute(
    path: Path, on_cell: OnCell = lambda _: None, deadline_s: int = DEADLINE_S
) -> NotebookNode:
    """Return the notebook with what its cells show when executed in order, in a kernel of its own.

    The kernel is this interpreter's, in the notebook's folder. *on_cell* is called when a cell
    starts and when it has ended; each cell has *deadline_s* seconds. However this ends, the kernel
    and all that it started have ended as well.

    Raises:
        LabError: ``cell-failed``; ``left-behind``, when a process outlived the kernel.
    """
    nb = read(path)
    with _no_process_left(path), tempfile.TemporaryDirectory(prefix="bpflab-") as private:
        asyncio.run(_execute(nb, path, Path(private), on_cell, deadline_s))
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
    lines = _ANSI.sub("", text).expandtabs().rstrip().splitlines()
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
        LabError: as `execute` does; the file is then as it was.
    """
    text = dumps(normalise(execute(path, on_cell, deadline_s)))
    if path.read_text(encoding="utf-8") == text:
        return False
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True
