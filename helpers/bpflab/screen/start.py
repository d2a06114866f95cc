"""``live``: a cell starts a view, and ends the one that it started before."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from IPython.display import display

from bpflab import notebook
from bpflab.arguments import checked, within
from bpflab.data.events import EventLog
from bpflab.data.only import Only
from bpflab.errors import LabError
from bpflab.notebook import watched
from bpflab.programs.program import Program
from bpflab.screen.live_view import Live
from bpflab.screen.pictures import Picture
from bpflab.views.table import table
from bpflab.views.view import View

_display: Any = display  # which has no types of its own
_RINGS = ("ringbuf", "perf_event_array", "prog_array")
_ROWS = 10  # of a table of events
_of_cells: dict[str, tuple[int, weakref.WeakSet[Any]]] = {}


@checked
def live(
    source: Program | EventLog | Callable[[], View],
    title: str = "",
    *,
    draw: Callable[[pd.DataFrame], View] | None = None,
    only: Only | None = None,
    columns: Sequence[object] | None = None,
    seconds: float = 600.0,
    **hooks: str,
) -> Live:
    """Show *source* here and keep it up to date; return at once.

    A program, or its log, is shown as its newest ten events (*columns* as `table` takes
    them, or all but lengths and raw bytes) or as what *draw* makes of the frame of all that
    are kept; in either case *only* of some processes, with its accounting and its speed below. A
    program's *hooks*, as in ``attach``, are attached for as long as the view is live; a program
    that is attached nowhere goes where its text says, if it says so. Any other source is a function
    that returns a `View`. Functions are called in another thread.

    It ends with its Stop button, ``stop()``, after *seconds*, when the program is closed, when the
    cell runs again, or when no page has shown it for half a minute. Its last frame stays in the
    notebook. All live views together send at most 10 frames and 80 kB a second.

    Where nobody watches (``BPFLAB_HEADLESS``, no notebook) the call takes 2.5 s or 8 frames, and
    shows only the last one.

    Raises:
        LabError: as ``attach`` does; ``no-ring``; ``no-program`` where hooks are given without one;
            ``argument``; ``not-ended`` where the view of an earlier run of the cell does not end.

    >>> view = live(execs, "What this machine starts", hook="syscalls:sys_enter_execve")
    """
    within("seconds", seconds, 0)
    if hooks and not isinstance(source, Program):
        raise LabError(
            "no-program",
            f"There is no program {next(iter(hooks))!r} to attach.",
            fix="Give live the program itself, or attach it beforehand.",
        )
    beside = of_this_cell()  # those of an earlier run have ended, and detached what they attached
    if isinstance(source, Program | EventLog):
        program, log = (source, _log(source)) if isinstance(source, Program) else (None, source)
        name = title or (f"{program.name}: newest events" if program else "Newest events")
        render = draw or (lambda frame: _newest(frame, name, columns))
        if program and not program.links:
            hooks = hooks or program.hooks
        picture = Picture(
            lambda: render(log.frame(only, None if draw else _ROWS)), log, only, program, hooks
        )
    else:
        picture = Picture(source)
    view = Live(picture, seconds)
    try:
        if watched():
            view.show()
            beside.add(view)
        else:
            _display(view.run())
    except BaseException:  # Ctrl-C too
        view.abandon()
        raise
    return view


def _log(program: Program) -> EventLog:
    """Return the log of *program*, or say how one without a ring is shown."""
    try:
        return program.events
    except LabError as error:
        if error.kind != "no-ring":
            raise
        name = program.name if program.name.isidentifier() else "program"
        stored = next((n for n, each in program.maps.items() if each.type not in _RINGS), "counts")
        why = "live finds a ring buffer by itself only if it is called events."
        raise LabError(
            "no-ring",
            error.message,
            why=f"{why} {error.fix}" if "It has" in error.fix else why,
            fix=f"{name}.attach({_place(program)})\n"
            f'and then live(lambda: table({name}.maps["{stored}"], "{stored}"))',
        ) from None


def _place(program: Program) -> str:
    """Return what attach must be told: nothing where the text says it."""
    return "" if program.hooks else f'{next(iter(program.functions), "hook")}="category:event"'


def _newest(frame: pd.DataFrame, title: str, columns: Sequence[object] | None) -> View:
    """Return events as a table, without lengths and raw bytes unless *columns* name them."""
    if columns is None:
        columns = [name for name in frame if not str(name).endswith(("_len", "_bytes"))]
    return table(frame, title, columns=columns)


def of_this_cell() -> weakref.WeakSet[Any]:
    """Return what this run of the cell shows, after ending what the run before has shown.

    Each has ``stop(reason)``, which waits for its end, and ``forget()``.
    """
    shell = notebook.shell()
    asked = shell.get_parent() if shell and watched() else {}
    cell = (asked.get("metadata") or {}).get("cellId")
    if not cell:
        return weakref.WeakSet()
    count, views = _of_cells.get(cell, (0, weakref.WeakSet[Any]()))
    if count != shell.execution_count:
        for old in list(views):
            old.stop("the cell ran again")
            old.forget()
        views = weakref.WeakSet()
    _of_cells[cell] = shell.execution_count, views
    return views
