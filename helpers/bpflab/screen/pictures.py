"""What a live view draws: a function of the learner's, or the newest events of a log."""

from __future__ import annotations

import sysconfig
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from bpflab.data.events import EventLog
from bpflab.data.only import Only
from bpflab.data.pump import pump
from bpflab.errors import LabError, Place
from bpflab.interrupts import held_back
from bpflab.programs.program import Program
from bpflab.screen.printed import keep_prints
from bpflab.text import safe_text
from bpflab.views.log_view import accounted
from bpflab.views.refusal import refusal
from bpflab.views.view import View, markup

_SPEEDS = 40  # samples in the line of speeds
_LINES = 10  # of what a function printed
_PACKAGE, _STDLIB = Path(__file__).parents[1], sysconfig.get_path("stdlib")
_LIBRARIES = {"site-packages", "dist-packages"}
_COMPILED = {".pyx", ".pxi"}  # pandas' and numpy's frames of Cython, without a directory


class Picture:
    """A function without arguments that returns a `View`, drawn again and again."""

    def __init__(self, render: Callable[[], View]) -> None:
        self._render = render

    @property
    def gone(self) -> str:
        """Why nothing new can come, or nothing."""
        return ""

    def begin(self) -> None:
        """Let it change from now on: `finish` must be called, whatever comes in between."""

    def draw(self) -> View:
        """Return the picture of this moment, and below it what its function printed."""
        with keep_prints() as printed:
            view = self._render()
        if not isinstance(view, View):
            raise LabError(
                "not-a-view",
                f"The function that draws returned {type(view).__name__}.",
                why="A live view needs HTML, and the same in words.",
                fix="Return what table, bars, lines, grid or flow returns.",
            )
        return _with_prints(view, printed.text) if printed.text.strip() else view

    def finish(self) -> None:
        """Detach what this view attached, so that the next frame is the final one."""


class OfLog(Picture):
    """A log's newest events, or what *draw* makes of its frame, with its accounting below.

    *hooks* are attached from `begin` to `finish`.
    """

    def __init__(
        self,
        log: EventLog,
        draw: Callable[[pd.DataFrame], View],
        *,
        program: Program | None = None,
        hooks: dict[str, str] | None = None,
        only: Only | None = None,
        rows: int | None = None,
    ) -> None:
        super().__init__(lambda: draw(log.frame(only, rows)))
        self._log, self._program, self._only = log, program, only
        self._speeds: deque[float] = deque(maxlen=_SPEEDS)
        self._before: tuple[float, int] | None = None
        self._finished = False
        self._hooks, self._attached = hooks or {}, list[str]()

    @property
    def gone(self) -> str:
        """Why nothing new can come, or nothing."""
        return "the program was closed" if self._log.closed else ""

    def begin(self) -> None:
        """Attach the hooks of this view."""
        with held_back():  # until what is attached has a name here
            if self._program is not None and self._hooks:
                self._attached = self._program.attach_new(self._hooks)

    def finish(self) -> None:
        """Detach what was attached for this view: its accounting is then exact."""
        self._finished = True
        pump.release(self._log)
        program, self._program = self._program, None
        if program is not None and self._attached and not program.closed:
            program.detach(*self._attached)

    def draw(self) -> View:
        """Return the picture of this moment, and the accounting of the same one."""
        if not self._finished:
            pump.keep(self._log)
        ledger = self._ledger()
        if not self._finished:
            self._measure(ledger.get("produced", ledger["shown"]))
        return accounted(super().draw(), ledger, list(self._speeds))

    def _ledger(self) -> dict[str, int]:
        try:
            return self._log.ledger(self._only)
        except LabError as error:
            if error.kind != "no-count":
                raise
            return {"shown": len(self._log.records(self._only))}

    def _measure(self, count: int) -> None:
        now = time.monotonic()
        if self._before is not None and now > self._before[0]:
            self._speeds.append((count - self._before[1]) / (now - self._before[0]))
        self._before = now, count


def blamed(error: BaseException) -> View:
    """Return what stands in the place of a picture that could not be drawn."""
    if isinstance(error, LabError):
        return refusal(error, "No picture")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _learners(frame)]
    place = None
    if frames:
        last = frames[-1]
        place = Place(f"your function {last.name}", last.lineno or 0, last.line or "")
    what = f"{type(error).__name__}: {error}"
    fix = "Call the function by itself in a cell, and mend it there."
    return refusal(LabError("view", what, place=place, fix=fix), "No picture")


def _learners(frame: traceback.FrameSummary) -> bool:
    """Return whether the learner wrote what runs there: neither the package nor a library."""
    path = Path(frame.filename)
    return not (
        path.is_relative_to(_PACKAGE)
        or path.is_relative_to(_STDLIB)
        or _LIBRARIES.intersection(path.parts)
        or path.suffix in _COMPILED
        or frame.filename.startswith("<frozen")
    )


def _with_prints(view: View, printed: str) -> View:
    """Return *view* with the last lines that were printed below it."""
    lines = ["printed:", *printed.splitlines()[-_LINES:]]
    shown = "\n".join(markup(line) for line in lines)
    text = "\n".join([view.text, *(safe_text(line) for line in lines)])
    return View(f"<div>\n{view.html}\n<pre>{shown}</pre>\n</div>", text)
