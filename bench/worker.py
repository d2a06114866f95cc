"""A process for each side: what one imports, compiles and keeps is not the other's."""

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


@contextlib.contextmanager
def worker() -> Iterator[Callable[..., Any]]:
    """Give a block a process of its own: ``call(function, ...)`` runs a function there.

    What is printed there is lost: BCC prints what it refuses.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), _silent) as pool:
        yield lambda function, *arguments: pool.submit(function, *arguments).result()


def _silent() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
