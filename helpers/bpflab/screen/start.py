"""``live``: a cell starts a view, and ends the one that it started before."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from bpflab.errors import LabError
from bpflab.events import EventLog, Pids
from bpflab.program import Program
from bpflab.screen.handle import Live
from bpflab.screen.pictures import Newest, Picture
from bpflab.views.view import View

_display: Any = display  # which has no types of its own
_of_cells: dict[str, tuple[int, list[weakref.ref[Live]]]] = {}


def live(
    source: Program | EventLog | Callable[[], View],
    title: str = "",
    *,
    only: Pids | None = None,
    columns: Sequence[object] | None = None,
    rows: int = 10,
    per_second: float = 4.0,
    seconds: float = 600.0,
    **hooks: str,
) -> Live:
    """Show *source* here and keep it up to date; return at once.

    A program, or its log, is shown as its newest events (*rows* of them, *columns* as `table`
    takes them, *only* of some processes) with its books and its speed. A program's *hooks*, as in
    ``attach``, are attached for as long as the view is live. Anything else is a function that
    returns a `View`; it is called in another thread.

    It ends with its Stop button, ``stop()``, after *seconds*, when the program is closed, when the
    cell runs again, or when no page has shown it for half a minute. Its last frame stays in the
    notebook. All live views together send at most 10 frames and 100 kB a second.

    Where nobody watches (``BPFLAB_HEADLESS``, no notebook) the call takes 2.5 s or 8 frames, and
    shows only the last one.

    Raises:
        LabError: as ``attach`` does; ``no-ring``; ``no-program`` where hooks are given without one.

    >>> view = live(execs, "What this machine starts", hook="syscalls:sys_enter_execve")
    """
    picture = _picture(source, title, only, columns, rows, hooks)
    view = Live(picture, per_second, seconds)
    if os.environ.get("BPFLAB_HEADLESS") or not _in_notebook():
        _display(view.run())
        return view
    _replace(view)
    view.show()
    return view


def _picture(
    source: Program | EventLog | Callable[[], View],
    title: str,
    only: Pids | None,
    columns: Sequence[object] | None,
    rows: int,
    hooks: dict[str, str],
) -> Picture:
    if isinstance(source, Program):
        name = title or f"{source.name}: newest events"
        return Newest(
            source.events, name, program=source, hooks=hooks, only=only, columns=columns, rows=rows
        )
    if hooks:
        raise LabError(
            "no-program",
            f"There is no program {next(iter(hooks))!r} to attach.",
            fix="Give live the program itself, or attach it beforehand.",
        )
    if isinstance(source, EventLog):
        return Newest(source, title or "Newest events", only=only, columns=columns, rows=rows)
    return Picture(source)


def _replace(view: Live) -> None:
    """End the views that an earlier run of this cell left."""
    shell: Any = get_ipython()
    cell = (shell.get_parent().get("metadata") or {}).get("cellId")
    if cell is None:
        return
    count, before = _of_cells.get(cell, (shell.execution_count, []))
    if count != shell.execution_count:
        for reference in before:
            old = reference()
            if old is not None:
                old.ask("the cell ran again")
        before = []
    _of_cells[cell] = shell.execution_count, [*before, weakref.ref(view)]


def _in_notebook() -> bool:
    return getattr(get_ipython(), "kernel", None) is not None
