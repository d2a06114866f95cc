"""Which values an annotation names."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import pytest

from bpflab.arguments.kinds import fits, shown, words


@runtime_checkable
class Pids(Protocol):
    """Something with process ids."""

    @property
    def pids(self) -> Iterable[int]:
        """The process ids."""


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (3, int),
        (np.int64(3), int),
        (3, float),
        (np.float32(2), float),
        (None, str | None),
        (Path("/"), str | bytes | os.PathLike[str]),
        ({"A": 1}, Mapping[str, object]),
        (["a", "b"], Sequence[str]),
        (("a", 1), tuple[str, int]),
        (("a", "b", "c"), tuple[str, ...]),
        (np.array([1, 2]), Sequence[int]),
        (pd.DataFrame({"a": [1]}).columns, Sequence[str]),
        ((n for n in "ab"), Iterable[int]),  # what an iterator will hold is not looked at
        (print, Callable[[], object]),
        (pd.DataFrame(), pd.DataFrame),
        (object(), Any),
    ],
)
def test_what_fits(value, hint):
    """A value of the kind that is asked for is taken, numbers of numpy among the numbers."""
    assert fits(value, hint)


@pytest.mark.parametrize(
    ("value", "hint", "called"),
    [
        ("3", int, "a whole number"),
        (1.5, int, "a whole number"),
        (True, int, "a whole number"),
        (np.float64(1), int, "a whole number"),
        ("1", float, "a number"),
        (b"a", str, "text"),
        (5, str | bytes | os.PathLike[str], "text, bytes or a path"),
        ({1: 1}, Mapping[str, object], "a dict"),
        ("A=1", Mapping[str, object], "a dict"),
        ("hint", Sequence[str], "a list of which each is text"),
        (["a", 1], Sequence[str], "a list of which each is text"),
        ({"a": 1}, Sequence[str], "a list of which each is text"),
        (("a",), tuple[str, int], "a list of which each is text"),
        (None, Callable[[], object], "a function"),
        (None, pd.DataFrame, "a DataFrame"),
        (5, Pids | None, "something with pids or None"),
    ],
)
def test_what_does_not_fit(value, hint, called):
    """Any other value is refused, and the message can name what is wanted."""
    assert not fits(value, hint)
    assert words(hint) == called


def test_a_large_object_is_shown_by_its_type_alone():
    """A message stays one short line, whatever was given."""
    assert shown(pd.DataFrame({"a": range(9)})) == "of the type DataFrame"
    assert len(shown("x" * 9999)) < 60
    assert shown("a\x1b[31m") == r"'a\x1b[31m'"
