"""Ctrl-C waits while objects of the kernel have no owner yet."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Deliver an interrupt only when the block has ended.

    Between a system call that makes a map or attaches a program and the assignment that stores
    its fd, a KeyboardInterrupt would lose the fd, and the program would run on. Python raises it
    in the main thread alone; elsewhere there is nothing to hold back.
    """
    before = signal.getsignal(signal.SIGINT)  # None is a handler that cannot be put back
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came and callable(before):
            before(*came[0])
