"""How far a long cell has come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from IPython.display import display

from bpflab.arguments import checked
from bpflab.notebook import watched
from bpflab.views.view import View, markup

T = TypeVar("T")

_LATE_S = 1.0  # what is done sooner needs no progress
_EVERY_S = 0.25
_BAR = '<progress value="{}" max="{}"></progress>'
_display: Any = display  # which has no types of its own


@checked
def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield *items*, and say on the page how many are done: ``what: 3 of 9``.

    Nothing is shown in the first second, and at the end the place is empty. Without a page
    nothing is shown at all: what a notebook stores does not depend on it.

    >>> for size in progress([1, 10, 100, 1000], "List sizes"):
    ...     measure(size)
    """
    due = time.monotonic() + _LATE_S if watched() else float("inf")
    handle: Any = None
    try:
        for done, item in enumerate(items):
            if time.monotonic() >= due:
                due = time.monotonic() + _EVERY_S
                text, bar = f"{what}: {done} of {len(items)}", _BAR.format(done, len(items))
                handle = handle or _display(View("", ""), display_id=True)
                handle.update(View(f'<label role="status">{markup(text)} {bar}</label>', text))
            yield item
    finally:
        if handle is not None:
            handle.update(View("", ""))
