"""Declarations of maps: what BCC does not tell of them, and what an image cannot carry."""

from __future__ import annotations

import errno
import re

from bpflab.bindings.uapi import MAP_TYPES, OF_MAPS, word
from bpflab.compiling.image import Image
from bpflab.errors import LabError
from bpflab.mistakes.maps import Sizes, refusal
from bpflab.source import Source

_BY_BCC = "run the text with BCC itself: from bcc import BPF."
_DECLARED = (  # a pattern, and what it means: what, why, what to try
    (
        re.compile(r'\bBPF_\w+_PINNED\s*\(|\bBPF_\w*TABLE\s*\(\s*"\w+:'),
        "A map that is declared as pinned cannot be loaded here.",
        "Another process compiles the text, and this process makes its maps anew.",
        f"Declare it without the pin, and pin it with map.pinned(); or {_BY_BCC}",
    ),
    (
        re.compile(r'\bBPF_\w+_(?:PUBLIC|SHARED)\s*\(|\bBPF_\w*TABLE\s*\(\s*"extern"'),
        "A map that is shared with another text cannot be loaded here.",
        "BCC shares maps within a process, and each text is compiled in another one.",
        f"Put the texts into one directory, and load that; or {_BY_BCC}",
    ),
)


def check_text(source: Source) -> None:
    """Look for maps that BCC would pin in bpffs, or find in a text compiled before.

    Raises:
        LabError: ``map-type``, at the declaration.
    """
    for pattern, message, why, fix in _DECLARED:
        if found := pattern.search(source.code):
            place = source.at(found.start())
            raise LabError("map-type", message, place=place, why=why, fix=fix)


def check_image(source: Source, image: Image) -> None:
    """Look for maps of maps of which the text does not say what they hold.

    Raises:
        LabError: ``map``, at the declaration.
    """
    plain = {m.name for m in image.maps if word(MAP_TYPES, m.type) not in OF_MAPS}
    for spec in image.maps:
        type = word(MAP_TYPES, spec.type)
        if type in OF_MAPS and inner(source, spec.name) not in plain:
            sizes = Sizes(type, spec.key_size, spec.value_size, spec.max_entries)
            raise refusal(source, spec.name, sizes, OSError(errno.EINVAL, ""))


def inner(source: Source, name: str) -> str:
    """Return the name of the map like which are all in the map of maps *name*, or nothing.

    BCC makes one type of ``"array_of_maps$" "LIST"``, and tells nobody.
    """
    call = re.search(rf"\bBPF_\w+\s*\(([^()]*\b{name}\b[^()]*)\)", source.code)
    texts = re.findall(r'"([^"]*)"', call[1]) if call else []
    return "".join(texts).rpartition("$")[2]
