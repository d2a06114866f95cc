"""A picture that moves. Nothing else knows how it is shown, so that this can change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import DisplayHandle

from bpflab.views.view import View

_new_handle: Callable[[], Any] = DisplayHandle  # which has no types of its own

_FASTEST = 10.0  # frames a second: beyond that the Jupyter server starts to drop messages
_BYTES_PER_SECOND = 500_000  # half of what it lets through; a dropped frame never comes again


def watch(
    render: Callable[[], View],
    *,
    seconds: float = 15.0,
    until: Callable[[], bool] | None = None,
    per_second: float = 4.0,
    headless_seconds: float = 3.0,
) -> None:
    """Show ``render()`` and keep it up to date, in one place of the page.

    Ends when *seconds* have passed, when ``until()`` is true, or when the reader interrupts the
    cell (which is no error); the last frame is always shown, and is what the notebook keeps. At
    most *per_second* frames a second, never more than 10, fewer where they are large; a frame that
    shows nothing new is not sent. Where nobody watches (``BPFLAB_HEADLESS``, pytest) it ends after
    *headless_seconds*. Outside a notebook the last frame is printed.

    The cell is busy meanwhile; the next version will return at once. A cell with this in it is
    not for ``nbval-check-output``: nbval sees the first frame, the notebook stores the last.
    """
    if _headless():
        seconds = min(seconds, headless_seconds)
    screen = _Notebook() if _in_notebook() else _Terminal()
    pause = 1 / min(per_second, _FASTEST)
    ends = time.monotonic() + seconds
    try:
        while time.monotonic() < ends and not (until is not None and until()):
            began = time.monotonic()
            size = screen.show(render())
            due = began + max(pause, size / _BYTES_PER_SECOND)
            time.sleep(max(min(due, ends) - time.monotonic(), 0))
    except KeyboardInterrupt:
        pass
    screen.end(render())


class _Notebook:
    def __init__(self) -> None:
        self._handle: Any = None
        self._shown: View | None = None

    def show(self, view: View) -> int:
        """Show *view* if it differs from what is there; return its size in bytes."""
        if self._shown is not None and view.html == self._shown.html:
            return 0
        if self._handle is None:
            self._handle = _new_handle()
            self._handle.display(view)
        else:
            self._handle.update(view)
        self._shown = view
        return len(view.html) + len(view.text)

    def end(self, view: View) -> None:
        self.show(view)


class _Terminal:
    def show(self, view: View) -> int:
        """A terminal cannot replace a frame: only the last one counts."""
        return 0

    def end(self, view: View) -> None:
        print(view)


def _in_notebook() -> bool:
    return getattr(get_ipython(), "kernel", None) is not None


def _headless() -> bool:
    return bool(os.environ.get("BPFLAB_HEADLESS") or os.environ.get("PYTEST_CURRENT_TEST"))
