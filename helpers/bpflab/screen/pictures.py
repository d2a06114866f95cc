"""What a live view draws: a function of the learner's, or the newest events of a log."""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any

import pandas as pd

from bpflab.data.events import EventLog
from bpflab.data.only import Only
from bpflab.data.pump import pump
from bpflab.errors import LabError, Place
from bpflab.programs.program import Program
from bpflab.views.newest import accounted
from bpflab.views.refusal import refusal
from bpflab.views.view import View

_SPEEDS = 40  # samples in the line of speeds


class Picture:
    """A function without arguments that returns a `View`, drawn again and again."""

    def __init__(self, render: Callable[[], View]) -> None:
        self._render = render

    @property
    def gone(self) -> str:
        """Why nothing new can come, or nothing."""
        return ""

    def draw(self) -> View:
        """Return the picture of this moment."""
        view = self._render()
        if not isinstance(view, View):
            raise LabError(
                "not-a-view",
                f"The function that draws returned {type(view).__name__}.",
                why="A live view needs HTML, and the same in words.",
                fix="Return what table, bars, lines, grid or flow returns.",
            )
        return view

    def finish(self) -> None:
        """Let nothing change any more, before the last frame is drawn."""


class OfLog(Picture):
    """A log's newest events, or what *draw* makes of its frame, with its books below.

    *hooks* are attached for as long as it is live.
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
        self._own = program.attach_new(hooks) if program is not None and hooks else []

    @property
    def gone(self) -> str:
        """Why nothing new can come, or nothing."""
        return "the program was closed" if self._log.closed else ""

    def finish(self) -> None:
        """Detach what was attached for this view: its books are then exact."""
        self._finished = True
        if self._program is not None and self._own and not self._program.closed:
            self._program.detach(*self._own)
        pump.release(self._log)
        self._program = None

    def draw(self) -> View:
        """Return the picture of this moment, and the books of the same one."""
        if not self._finished:
            pump.keep(self._log)
        books = self._books()
        if not self._finished:
            self._measure(books.get("produced", books["shown"]))
        return accounted(super().draw(), books, list(self._speeds))

    def _books(self) -> dict[str, int]:
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


def blamed(error: Exception) -> View:
    """Return what stands in the place of a picture that could not be drawn."""
    if isinstance(error, LabError):
        return refusal(error, "No picture")
    own: list[Any] = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "bpflab" not in frame.filename
    ]
    place = Place(f"your function {own[-1].name}", own[-1].lineno, own[-1].line) if own else None
    what = f"{type(error).__name__}: {error}"
    fix = "Call the function by itself in a cell, and mend it there."
    return refusal(LabError("view", what, place=place, fix=fix), "No picture")
