"""Whose events to show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


@runtime_checkable
class Pids(Protocol):
    """Anything with process ids: what ``run`` returns, for one."""

    @property
    def pids(self) -> Iterable[int]:
        """The process ids."""


Only = Pids | Iterable[int] | int
"""Something with ``pids``, some process ids, or one."""


def process_ids(only: Only) -> npt.NDArray[np.int64]:
    """Return the process ids that *only* names."""
    pids: Any = getattr(only, "pids", only)
    return np.fromiter(pids if np.iterable(pids) else [pids], np.int64)
