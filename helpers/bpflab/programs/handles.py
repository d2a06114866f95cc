"""What stands for something in the kernel: closed once, never copied, its descriptors lent."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Iterator
from typing import Any, Self

from bpflab.arguments import Named
from bpflab.data.refusals import Uncopied
from bpflab.errors import LabError
from bpflab.interrupts import held_back


class Handle(Uncopied):
    """An object that owns descriptors; ``_release`` closes them, once."""

    name: str
    _release: weakref.finalize[Any, Any]

    def __init__(self) -> None:
        # A descriptor that another thread closes may be another object's at once.
        self._lock = threading.RLock()

    @property
    def closed(self) -> bool:
        """Whether the kernel holds nothing of it any more."""
        return not self._release.alive

    def close(self) -> None:
        """Give everything back. Again is no error."""
        with self._lock:
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.close()
        except Exception:
            if kind is None:  # what went wrong in the block says more
                raise

    def _alive(self) -> None:
        if self.closed:
            fix = f"Load it again: load({self.name!r})."
            raise LabError("closed", f"{self.name} is closed.", fix=fix)


class Loaded(Handle):
    """Programs in the kernel, with the descriptor of each function."""

    functions: Named[int]
    type: str

    @contextlib.contextmanager
    def descriptor(self, function: str) -> Iterator[int]:
        """Give a block a descriptor of *function* that stays that program's if this is closed.

        Raises:
            LabError: ``no-program`` where there is no such function, or ``closed``.
        """
        fd = -1
        try:
            with held_back(), self._lock:
                self._alive()
                fd = os.dup(self.functions[function])
            yield fd
        finally:
            if fd >= 0:
                os.close(fd)
