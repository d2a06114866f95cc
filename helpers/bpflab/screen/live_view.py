"""A live view: what is drawn, when it ends, and the frame that stays."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

from IPython.display import display

from bpflab.errors import LabError
from bpflab.screen.painter import painter
from bpflab.screen.pictures import Picture, blamed
from bpflab.views.view import View

_BEAT_S = 2.0  # the page takes a silence of 6 s for the end of the kernel
_UNSEEN_S = 7.0  # without an answer from a page, only beats are sent
_NOBODY_S = 30.0  # and after this long the view ends
_STOOD_STILL_S = 5.0  # between two draws: longer where the process was stopped, or its machine
_END_S = 10.0
_HEADLESS_S, _HEADLESS_FRAMES = 2.5, 8
_SAID = 300  # characters for a screen reader
_NOTE = "margin:0;padding:.2em .7em;opacity:.85"
_display: Any = display  # which has no types of its own


class Live:
    """A picture that is kept up to date in the background. Made by ``live``.

    Attributes:
        per_second: how many are drawn a second at most.
        reason: why it ended; empty while it is live.
        asked: why it was asked to end, or nothing.
        beat_at: when the page must hear something again; CLOCK_MONOTONIC seconds.
    """

    per_second = 4.0

    def __init__(self, picture: Picture, seconds: float) -> None:
        self.reason = self.asked = ""
        self.beat_at = 0.0
        self._picture = picture
        self._cell = contextvars.copy_context()  # what it prints goes below this cell
        self._shown: View | None = None
        self._done = threading.Event()
        self._drawn = time.monotonic()
        self._ends, self._seconds = self._drawn + seconds, seconds
        self._silent, self._answers = 0.0, 0  # seconds since the last answer of a page, of so many
        self._screen: Any = None
        self._handle: Any = None

    def __repr__(self) -> str:
        title = self._shown.text.partition("\n")[0] if self._shown else "nothing yet"
        return f"<Live: {title}, {'ended: ' + self.reason if self.over else 'live'}>"

    def _ipython_display_(self) -> None:
        """Show nothing: the frames stand where ``live`` was called."""

    @property
    def over(self) -> bool:
        """Whether it has ended, and shows its last frame."""
        return self._done.is_set()

    def stop(self, reason: str = "stopped") -> None:
        """End it, and wait until its last frame stands in the notebook.

        Called by the function that draws a live view, it only asks: nothing ends while it runs.

        Raises:
            LabError: ``not-ended`` if it has not ended within 10 s.

        >>> view = live(program)
        >>> view.stop()
        """
        self.ask(reason)
        if not painter.draws_here and not self.wait(_END_S):
            raise LabError(
                "not-ended",
                f"The live view has not ended within {_END_S:.0f} s.",
                why="A function that draws a live view is still running. All live views share"
                " one thread, and each waits for the others.",
                fix="Wait for it, or restart the kernel if it never returns.",
            )

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended by itself, at most so long; return whether it has."""
        return self._done.wait(seconds)

    def ask(self, reason: str = "stopped") -> None:
        """Ask it to end, and do not wait; any thread may."""
        if not self.over:
            self.asked = self.asked or reason
            painter.hurry()

    def show(self) -> None:
        """Show it where this cell's output goes, and keep it up to date."""
        from bpflab.screen.widget import Screen  # ipywidgets, which a terminal need not have

        self._picture.begin()
        first = self._render()
        self._screen = Screen(self.ask)
        self._send(first)
        data, _ = self._screen._repr_mimebundle_()
        bundle = {**data, **first._repr_mimebundle_()}
        self._handle = _display(bundle, raw=True, display_id=True)
        painter.add(self)

    def run(self) -> View:
        """Draw for a short while, and return the last frame: for where nobody watches."""
        self._picture.begin()
        ends, frames = time.monotonic() + min(self._seconds, _HEADLESS_S), 0
        while time.monotonic() < ends and frames < _HEADLESS_FRAMES and not self._picture.gone:
            before, self._shown = self._shown, self._render()
            frames += self._shown != before
            time.sleep(min(1 / self.per_second, max(ends - time.monotonic(), 0)))
        self._picture.finish()
        last = self._render()
        self._over("nobody watches")
        return last

    def abandon(self) -> None:
        """Let go of all that it has attached and shown: its cell was interrupted, or has failed."""
        try:
            self._picture.finish()
        finally:
            self._over("it was interrupted")
            self.forget()

    def forget(self) -> None:
        """Take what is left of it off the page: its cell runs again."""
        if self._screen is not None:
            self._screen.close()

    def draw(self) -> int:
        """Draw one frame, or the last; return about how many bytes went to the page."""
        if self.over:
            return 0
        self._listen()
        if reason := self._ending():
            return self._end(reason)
        view = self._render()
        if self.reason:  # the picture failed
            return self._end(self.reason, view)
        if view != self._shown and self._silent < _UNSEEN_S:
            return self._send(view)
        return 0

    def beat(self) -> int:
        """Send a sign of life; return about how many bytes that takes."""
        return 0 if self.over or self._shown is None else self._send(self._shown)

    def fail(self, error: BaseException) -> None:
        """End it, with this *error* of a frame in its place. Raises nothing."""
        reason = "it could not be shown"
        try:
            self._end(reason, blamed(error))
        except Exception as another:  # then only its repr tells
            self._over(f"{reason}: {type(another).__name__}: {another}")

    def _listen(self) -> None:
        """Count the seconds without an answer: those in which this process ran, and could hear."""
        now, answers = time.monotonic(), self._screen.answers
        self._silent += min(now - self._drawn, _STOOD_STILL_S)
        if answers != self._answers:
            self._silent = 0.0
        self._drawn, self._answers = now, answers

    def _ending(self) -> str:
        """Return why it is to end now, or nothing."""
        if reason := self.asked or self._picture.gone:
            return reason
        if time.monotonic() > self._ends:
            return f"its {self._seconds:.0f} s are over"
        return "no page showed it" if self._silent > _NOBODY_S else ""

    def _end(self, reason: str, last: View | None = None) -> int:
        try:
            self._picture.finish()
        except Exception as error:
            last = blamed(error)
        last = last or self._render()
        note = f"Ended: {reason}."
        size = self._send(last, note)
        ended = View(f'{last.html}\n<p style="{_NOTE}">{note}</p>', f"{last.text}\n{note}")
        if self._handle is not None:
            self._handle.update(ended)
        self._screen.leave()
        self._over(reason)
        return size + len(ended.html) + len(ended.text)

    def _over(self, reason: str) -> None:
        self.reason = reason
        self._picture = Picture(lambda: View("", ""))  # what it drew may be collected now
        self._done.set()

    def _render(self) -> View:
        try:
            return self._cell.copy().run(self._picture.draw)
        except Exception as error:
            closed = isinstance(error, LabError) and error.kind == "closed"
            if closed and self._shown and not self.reason:
                self.reason = self._picture.gone or "what it shows was closed"
                return self._shown  # the cell that closes a program takes no picture away
            if not self._picture.gone:
                self.reason = "it could not be drawn"
            return blamed(error)

    def _send(self, view: View, ended: str = "") -> int:
        self._shown = view
        self.beat_at = time.monotonic() + _BEAT_S
        said = " ".join(view.text.split())[:_SAID]
        status = {"live": not ended, "state": ended or "● Live", "said": said}
        return int(self._screen.show(view.html, status))
