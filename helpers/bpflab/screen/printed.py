"""What a function prints while it draws, kept for its view."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MOST = 4000  # characters that are kept, the last ones


class Printed:
    """What one thread printed in a `keep_prints` block, as ``text``."""

    text = ""


@contextmanager
def keep_prints() -> Iterator[Printed]:
    """Keep what this thread prints in the block, on stdout and stderr, and show it nowhere.

    In a notebook, what a thread prints appears below the cell that runs at that moment, whichever
    it is. Other threads print as before.
    """
    printed = Printed()
    streams = {name: _Stream(printed) for name in ("stdout", "stderr")}
    # No call stands between a read and a write of sys.stdout: Python changes threads at calls, and
    # a `redirect_stdout` of another thread would be lost in between.
    for name, stream in streams.items():
        stream.behind = sys.__dict__[name]
        sys.__dict__[name] = stream
    try:
        yield printed
    finally:
        for name, stream in streams.items():
            stream.thread = 0
            if sys.__dict__[name] is stream:  # else another thread has redirected it meanwhile
                sys.__dict__[name] = stream.behind


class _Stream:
    """A text stream that keeps what one thread writes, and passes on everything else."""

    behind: Any

    def __init__(self, printed: Printed) -> None:
        self.printed, self.thread = printed, threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self.thread:
            return int(self.behind.write(text))
        self.printed.text = (self.printed.text + text)[-_MOST:]
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)
