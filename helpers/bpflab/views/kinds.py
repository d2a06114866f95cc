"""How a grid shows origins of bytes: what each means, its sign, and its looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bpflab.errors import LabError
from bpflab.text import counted, safe_text
from bpflab.views.origins import MEANINGS

# The looks of each origin. Okabe and Ito's colours, and never a colour alone: a line under it of
# another kind, and its sign in the last column.
_LINE = "text-decoration:underline 2px {};text-underline-offset:3px;text-decoration-skip-ink:none"
_LOOKS = {
    "string": "background:rgba(0,114,178,.2);" + _LINE.format("#0072b2"),
    "nul": "background:rgba(240,228,66,.4);outline:2px solid;font-weight:700",
    "zeroed": "background:rgba(0,158,115,.2);" + _LINE.format("dotted #009e73"),
    "left over": "font-weight:700;background:rgba(213,94,0,.24);" + _LINE.format("wavy #d55e00"),
    "never written": "opacity:.7",
}


@dataclass(frozen=True)
class Kinds:
    """The origins that one grid knows.

    Attributes:
        meanings: what each means, by its name.
        signs: a letter for each, that needs no style at all.
        looks: the style of each.
    """

    meanings: Mapping[str, str]
    signs: Mapping[str, str]
    looks: Mapping[str, str]

    def count(self, origins: Sequence[str]) -> str:
        """Return how many bytes are of each origin, in words."""
        found = Counter(origins)
        return ", ".join(f"{counted(found[one])} of {one}" for one in self.meanings if found[one])


OF_STRINGS = Kinds(MEANINGS, dict(zip(MEANINGS, "s0z#.", strict=True)), _LOOKS)
"""What `origins` returns."""


def own(meanings: Mapping[str, str]) -> Kinds:
    """Return the caller's own origins, in the looks that those of a string have.

    Raises:
        LabError: ``grid-origins`` where they cannot be told apart.
    """
    looks = [_LOOKS[name] for name in ("string", "left over", "zeroed", "nul")]
    shown = {safe_text(name, 80): safe_text(means) for name, means in meanings.items()}
    signs = {name: name[:1] for name in shown}
    if len(shown) > len(looks):
        message = f"A grid shows {len(looks)} origins of your own, and not {len(shown)}."
        raise LabError("grid-origins", message)
    if len(set(signs.values()) - {""}) < len(meanings):
        message = "These origins cannot be told apart by their first letters."
        raise LabError("grid-origins", message)
    return Kinds(shown, signs, dict(zip(shown, looks, strict=False)))
