"""How far a long cell has come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from IPython.display import DisplayHandle

from bpflab.arguments import checked
from bpflab.screen.start import watched
from bpflab.views.view import View, markup

T = TypeVar("T")

_LATE_S = 1.0  # what is done sooner needs no progress
_EVERY_S = 0.25
_new_handle: Any = DisplayHandle  # which has no types of its own


@checked
def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield *items*, and say on the page how many are done: ``what: 3 of 9``.

    Nothing is shown in the first second, and at the end the place is empty. Without a page
    nothing is shown at all: what a notebook stores does not depend on it.

    >>> for size in progress([1, 10, 100, 1000], "List sizes"):
    ...     measure(size)
    """
    bar = _Bar(what, len(items)) if watched() else None
    try:
        for done, item in enumerate(items):
            if bar:
                bar.show(done)
            yield item
    finally:
        if bar:
            bar.clear()


class _Bar:
    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._due = time.monotonic() + _LATE_S
        self._handle: Any = None

    def show(self, done: int) -> None:
        if (now := time.monotonic()) < self._due:
            return
        self._due = now + _EVERY_S
        said = f"{self._what}: {done} of {self._total}"
        bar = f'<progress value="{done}" max="{self._total}"></progress>'
        view = View(f'<label role="status">{markup(said)} {bar}</label>', said)
        if self._handle is None:
            self._handle = _new_handle()
            self._handle.display(view)
        else:
            self._handle.update(view)

    def clear(self) -> None:
        if self._handle is not None:
            self._handle.update(View("", ""))
