"""Whose events to show."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bpflab.errors import LabError


class Pids(Protocol):
    """Anything with process ids: what ``run`` returns, for one."""

    @property
    def pids(self) -> Iterable[int]:
        """The process ids."""


Only = Pids | Iterable[int] | int
"""Something with ``pids``, some process ids, or one."""


def process_ids(only: Only) -> npt.NDArray[np.int64]:
    """Return the process ids that *only* names.

    Raises:
        LabError: ``argument`` where it names none.
    """
    pids: Any = getattr(only, "pids", only)
    try:
        return np.array([index(pid) for pid in (pids if np.iterable(pids) else [pids])], np.int64)
    except TypeError:
        raise LabError(
            "argument",
            f"only= takes what run returned, or process ids, and not {type(only).__name__}.",
            fix="For example: frame(only=run('/usr/bin/true')) or frame(only=[os.getpid()])",
        ) from None
