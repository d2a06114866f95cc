"""A function of another file that is refused: the learner's call of it, and what that gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bpflab.errors import Place
from bpflab.mistakes import ctext
from bpflab.mistakes.declarations import Declarations
from bpflab.source import Source


@dataclass(frozen=True)
class Inlined:
    """A call of a function that another file defines.

    Attributes:
        function: its name.
        place: the line of the call.
        arguments: what the call gives for each parameter, by the parameter's name.
    """

    function: str
    place: Place
    arguments: dict[str, str]

    def given(self, argument: str) -> str:
        """Return what the call gives for *argument*; that itself where it is no parameter."""
        return self.arguments.get(argument.strip(), argument)


def called(source: Source, inside: Place, before: Sequence[Place]) -> Inlined | None:
    """Return the call that led to *inside*, or None where no other file calls that function.

    *before* are the lines that the program came through, the latest first. Of several calls it is
    the one on the first line of another file, or the nearest above that.
    """
    declared = Declarations(source)
    function = declared.around(inside)
    if not function:
        return None
    places = [
        place
        for name, place in declared.calls()
        if name == function.name and place.file != function.place.file
    ]
    if len(places) != 1:
        at = next((place for place in before if place.file != function.place.file), inside)
        places = [one for one in places if one.file == at.file and one.line <= at.line][-1:]
    if not places:
        return None
    found = ctext.calls(ctext.statement(source, places[0]), re.escape(function.name))
    given = found[0][1] if len(found) == 1 else []
    names = [re.sub(r"(?:\[\w*\]|\s)+$", "", one) for one in function.parameters.split(",")]
    names = [re.split(r"\W+", name)[-1] for name in names]
    arguments = dict(zip(names, given, strict=True)) if len(names) == len(given) else {}
    return Inlined(function.name, places[0], arguments)
