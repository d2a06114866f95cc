"""Names and numbers: what is not there, with what is near, and what is too small or too large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, TypeVar

from bpflab.arguments.kinds import shown
from bpflab.errors import LabError
from bpflab.text import near

V = TypeVar("V")


class Named(dict[str, V]):
    """What something has, by name; for a name that it does not have, a LabError tells the others.

    *kind* is the error's, *what* is what one of them is called, and *owner* is what has them.
    """

    def __init__(self, kind: str, what: str, owner: str, entries: Mapping[str, V]) -> None:
        super().__init__(entries)
        self._kind, self._what, self._owner = kind, what, owner

    def __missing__(self, name: object) -> NoReturn:
        message = f"{self._owner} has no {self._what} {shown(name)}."
        raise LabError(self._kind, message, fix=near(str(name), self))


def within(name: str, value: float, least: float, most: float | None = None) -> None:
    """Refuse a number below *least* or above *most*.

    Raises:
        LabError: ``argument``, which calls the number *name*.
    """
    if value >= least and (most is None or value <= most):
        return
    wanted = f"at least {least}" if most is None else f"{least} to {most}"
    raise LabError("argument", f"{name} is {shown(value)}, and must be {wanted}.")
