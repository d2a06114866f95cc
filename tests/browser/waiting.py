"""Waiting with a deadline."""

import time
from collections.abc import Callable


def until(true: Callable[[], object], otherwise: str, seconds: float = 20.0) -> None:
    """Wait until *true* says so; fail with *otherwise* when it does not."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, otherwise
        time.sleep(0.05)
