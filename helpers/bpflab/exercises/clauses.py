"""A specification, clause by clause: each is tried on its own, so a verdict says what works."""

from __future__ import annotations

from collections.abc import Callable

from bpflab.errors import LabError
from bpflab.exercises.exercise import Wrong
from bpflab.text import safe_text

Found = tuple[object, object]
"""What a clause expects, and what was seen."""
_DONE = "as asked"
_WIDTH, _BEFORE = 90, 30  # characters of a cell, and of them before a difference


class Disturbed(Wrong):
    """A clause is not met, and other processes of the machine may be the reason."""


class Clauses:
    """The clauses that were tried so far, in their order.

    >>> clauses = Clauses()
    >>> clauses.check("1 a success has ret 0", lambda: ([0, 0], [0, -2]))
    >>> clauses.verdict()
    Traceback (most recent call last):
    Wrong: 0 of 1 clauses are met.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[str, object, object]] = []
        self._met = 0

    def check(self, clause: str, find: Callable[[], Found]) -> None:
        """Try a clause: it is met where *find* returns two equal things.

        What keeps it from being tried, a field that is missing for example, is what was seen.
        """
        try:
            expected, seen = find()
        except Wrong as wrong:
            expected, seen = _DONE, wrong.text
        except LabError as error:
            if error.of_machine:
                raise
            expected, seen = _DONE, error.message
        if expected == seen:
            self._met += 1
            self._rows.append((f"✓ {clause}", "", ""))
        else:
            wanted, found = _texts(expected, seen)
            self._rows.append((f"✗ {clause}", wanted, found))

    def verdict(self, *, disturbed: bool = False) -> None:
        """Raise what the verdict shows, with a row for each clause, unless all are met.

        Raises:
            Wrong: where one is not met; `Disturbed` where that may be the work of others.
        """
        if self._met < len(self._rows):
            text = f"{self._met} of {len(self._rows)} clauses are met."
            raise (Disturbed if disturbed else Wrong)(text, self._rows)


def _texts(*values: object) -> list[str]:
    """Return values for cells of a table: of long ones, what is around their first difference."""
    texts = [_text(value) for value in values]
    pairs = enumerate(zip(*texts, strict=False))
    begin = max(0, next((at for at, pair in pairs if len({*pair}) > 1), 0) - _BEFORE)
    if begin == 0 or max(map(len, texts)) <= _WIDTH:
        return [t if len(t) <= _WIDTH else f"{t[:50]} … {t[-36:]}" for t in texts]
    parts = [text[begin : begin + _WIDTH - 6] for text in texts]
    return [
        f"… {part}{' …' * (begin + len(part) < len(text))}"
        for part, text in zip(parts, texts, strict=True)
    ]


def _text(value: object) -> str:
    """Return a value in one line."""
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value)) or "none"
    return safe_text(str(value))
