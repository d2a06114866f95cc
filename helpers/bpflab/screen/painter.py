"""One thread that draws all live views, within a budget that they share."""

from __future__ import annotations

import threading
import time
from typing import Any

# Ten frames and 100 kB a second are what a page and the Jupyter server take without dropping any
# (it drops beyond 1 MB a second, for all of a kernel); the share keeps a CPU free for what is seen.
FASTEST = 10.0  # frames a second
BYTES_PER_SECOND = 80_000
CPU_SHARE = 0.08


class Painter:
    """Draws the view that has waited longest, as soon as the budget allows; a view is a `Live`."""

    def __init__(self) -> None:
        self._due: dict[Any, float] = {}
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, view: Any) -> None:
        """Draw *view* from now on, until it is over."""
        with self._change:
            self._due[view] = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bpflab-live", daemon=True)
                self._thread.start()
            self._change.notify()

    def hurry(self) -> None:
        """Look at once which views were asked to end."""
        with self._change:
            self._change.notify()

    @property
    def draws_here(self) -> bool:
        """Whether the caller is the thread that draws."""
        return self._thread is threading.current_thread()

    def _run(self) -> None:
        ready = time.monotonic()
        try:
            while view := self._next(ready):
                ready = max(ready, self._step(view, ready))
                with self._change:
                    if view.over:
                        self._due.pop(view, None)
                del view  # the thread keeps no view alive while it waits
        finally:
            with self._change:
                if self.draws_here:
                    self._thread = None

    def _step(self, view: Any, ready: float) -> float:
        """Draw *view*, or let it send a sign of life; return when the next frame may be drawn."""
        began, cpu = time.monotonic(), time.thread_time()
        size = 0
        try:
            if view.asked or began >= max(self._due[view], ready):
                self._due[view] = began + 1 / min(view.per_second, FASTEST)
                size = view.draw()
            else:
                size = view.beat()
        except BaseException as error:  # of a learner's function, also SystemExit: ends one view
            view.fail(error)
        return began + pause(time.thread_time() - cpu, size)

    def _next(self, ready: float) -> Any:
        """Wait until a view may be drawn, or must send a sign of life, and return it.

        With none left the thread ends.
        """
        with self._change:
            while self._due:
                view = min(self._due, key=lambda one: self._time_of(one, ready))
                wait = self._time_of(view, ready)[0] - time.monotonic()
                if wait <= 0:
                    return view
                del view
                self._change.wait(wait)
            self._thread = None
            return None

    def _time_of(self, view: Any, ready: float) -> tuple[float, float]:
        """Return when *view* is to be seen to, and since when it has waited for its frame."""
        due = self._due[view]
        return 0.0 if view.asked else min(view.beat_at, max(due, ready)), due


def pause(cpu_s: float, size: int) -> float:
    """Return how long after a frame the next one may begin: all three budgets are then kept."""
    return max(1 / FASTEST, cpu_s / CPU_SHARE, size / BYTES_PER_SECOND)


painter = Painter()
