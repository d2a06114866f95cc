"""A function's or a macro's signature as C shows it, and how many arguments it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

_PARAMETERS = re.compile(r"(\w+)\((.*)\)$")


class Signature:
    """What has a ``signature``: ``long bpf_get_current_comm(void *buf, u32 size_of_buf)``."""

    signature: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters as they are written, without ``void`` alone and without ``...``."""
        inside = _taken(self.signature)[2].replace(",]", "],")
        each = (one.strip() for one in inside.split(",") if one.strip())
        return tuple(one for one in each if one != "void" and not one.endswith("..."))

    @property
    def least(self) -> int:
        """How many arguments it must be given."""
        return sum("=" not in one and not one.startswith("[") for one in self.parameters)

    @property
    def most(self) -> int | None:
        """How many arguments it can be given, or None if there is no such number."""
        return None if "..." in self.signature else len(self.parameters)


def name_of(signature: str) -> str:
    """Return the name in a signature."""
    return str(_taken(signature)[1])


def rows(table: str) -> Iterator[dict[str, str]]:
    """Return the rows of a table of this package, by the names of its first line."""
    text = files(__package__).joinpath(table).read_text(encoding="utf-8")
    head, *lines = (line.split("\t") for line in text.splitlines())
    return (dict(zip(head, line, strict=True)) for line in lines)


def _taken(signature: str) -> re.Match[str]:
    found = _PARAMETERS.search(signature)
    assert found, signature  # each of the tables' rows has one
    return found
