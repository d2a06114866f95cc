"""What a live view draws: a function of the learner's, or the newest events of a log."""

from __future__ import annotations

import sysconfig
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from bpflab.data.events import EventLog
from bpflab.data.only import Only
from bpflab.data.pump import pump
from bpflab.errors import LabError, Place
from bpflab.interrupts import held_back
from bpflab.programs.program import Program
from bpflab.views.accounting import accounted
from bpflab.views.refusal import refusal
from bpflab.views.view import View

_SPEEDS = 40  # samples in the line of speeds
_LIBRARIES = (str(Path(__file__).parents[1]) + "/", sysconfig.get_path("stdlib"), "<frozen")
_COMPILED = (".pyx", ".pxi")  # pandas' and numpy's frames of Cython, without a directory


class Picture:
    """A function without arguments that returns a `View`, drawn again and again.

    A picture of a *log* has its accounting and its speed below; of the processes of *only*, if
    that is given. The *hooks* of *program* are attached from `begin` to `finish`.
    """

    def __init__(
        self,
        render: Callable[[], View],
        log: EventLog | None = None,
        only: Only | None = None,
        program: Program | None = None,
        hooks: Mapping[str, str] | None = None,
    ) -> None:
        self._render, self._log, self._only = render, log, only
        self._program, self._hooks, self._attached = program, hooks or {}, list[str]()
        self._speeds: deque[float] = deque(maxlen=_SPEEDS)
        self._before: tuple[float, int] | None = None
        self._finished = False

    @property
    def gone(self) -> str:
        """Why nothing new can come, or nothing."""
        return "the program was closed" if self._log is not None and self._log.closed else ""

    def begin(self) -> None:
        """Attach the hooks: `finish` must be called, whatever comes in between."""
        with held_back():  # until what is attached has a name here
            if self._program is not None:
                self._attached = self._program.attach_new(self._hooks)

    def finish(self) -> None:
        """Detach what this view attached, so that the next frame is the final one."""
        self._finished = True
        if self._log is not None:
            pump.release(self._log)
        program, self._program = self._program, None
        if program is not None and self._attached and not program.closed:
            program.detach(*self._attached)

    def draw(self) -> View:
        """Return the picture of this moment, and below that of a log the sums."""
        if self._log is None:
            return drawn(self._render())
        if not self._finished:
            pump.keep(self._log)
        ledger = self._ledger(self._log)
        if not self._finished:
            self._measure(ledger.get("produced", ledger["shown"]))
        return accounted(drawn(self._render()), ledger, list(self._speeds))

    def _ledger(self, log: EventLog) -> dict[str, int]:
        try:
            return log.ledger(self._only)
        except LabError as error:
            if error.kind != "no-count":
                raise
            return {"shown": len(log.records(self._only))}

    def _measure(self, count: int) -> None:
        now = time.monotonic()
        if self._before is not None and now > self._before[0]:
            self._speeds.append((count - self._before[1]) / (now - self._before[0]))
        self._before = now, count


def drawn(view: object) -> View:
    """Return *view*, which a learner's function has returned.

    Raises:
        LabError: ``not-a-view`` if it is none.
    """
    if not isinstance(view, View):
        raise LabError(
            "not-a-view",
            f"The function that draws returned {type(view).__name__}.",
            why="A page needs HTML, and the same in words.",
            fix="Return what table, plot, grid or flow returns.",
        )
    return view


def blamed(error: BaseException, title: str = "No picture") -> View:
    """Return what stands in the place of a picture that could not be drawn."""
    if isinstance(error, LabError):
        return refusal(error, title)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _learners(frame)]
    place = None
    if frames:
        last = frames[-1]
        place = Place(f"your function {last.name}", last.lineno or 0, last.line or "")
    what = f"{type(error).__name__}: {error}"
    fix = "Call the function by itself in a cell, and mend it there."
    return refusal(LabError("view", what, place=place, fix=fix), title)


def _learners(frame: traceback.FrameSummary) -> bool:
    """Return whether the learner wrote what runs there: neither the package nor a library."""
    name = frame.filename
    return not (name.startswith(_LIBRARIES) or name.endswith(_COMPILED) or "-packages/" in name)
