"""Which power of two each value has: exact for every whole number that the kernel can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.errors import LabError
from bpflab.text import safe_text

BELOW = -1
"""The slot of all that is below 0."""

_POWERS = np.array([1 << k for k in range(64)], np.uint64)
_NS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9}


def slots_of(values: pd.Series[Any] | Sequence[Any], unit: str) -> tuple[dict[int, int], int]:
    """Return how many of *values* each slot has, and how many are missing or infinite.

    Fractions are cut off. Durations are taken in *unit*.

    Raises:
        LabError: ``no-slots`` for what is no number, or too large for 64 bits.
    """
    numbers: npt.NDArray[Any] = pd.Series(values).dropna().to_numpy()
    if numbers.dtype.kind == "m":
        numbers = _durations(numbers, unit)
    elif numbers.dtype.kind not in "iufb":
        numbers = np.array([number for one in numbers for number in _whole(one)], object)
    if numbers.dtype.kind == "f":
        numbers = np.floor(numbers[np.isfinite(numbers)])
    if len(large := numbers[numbers >= 1 << 64]):
        raise LabError(
            "no-slots",
            f"A histogram has no slot for {safe_text(str(large[0]), 40)}.",
            why="The numbers of the kernel end at 2^64 - 1.",
        )
    whole = numbers[numbers >= 0].astype(np.uint64)
    slots = np.maximum(np.searchsorted(_POWERS, whole, side="right") - 1, 0)
    counts = dict(zip(*map(np.ndarray.tolist, np.unique(slots, return_counts=True)), strict=True))
    below = {BELOW: len(numbers) - len(whole)} if len(whole) < len(numbers) else {}
    return below | counts, len(values) - len(numbers)


def _durations(spans: npt.NDArray[Any], unit: str) -> npt.NDArray[Any]:
    """Return durations as whole numbers of *unit*."""
    if unit not in _NS:
        raise LabError(
            "no-slots",
            f"The values are durations, and {safe_text(unit, 40)!r} is no unit of time.",
            fix='Write unit="ns" or unit="us".',
        )
    found: npt.NDArray[Any] = spans.astype("m8[ns]").view("i8") // _NS[unit]
    return found


def _whole(value: object) -> list[Any]:
    """Return the whole number of a value of any kind; of what is infinite there is none."""
    if not isinstance(value, Real):
        raise LabError(
            "no-slots",
            f"A histogram counts numbers, and {safe_text(repr(value), 40)} is none.",
            fix='plot(values.value_counts(), …, kind="bar") counts names.',
        )
    return [] if math.isinf(value) else [math.floor(value)]
