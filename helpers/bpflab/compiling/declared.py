"""Declarations of maps that an image cannot carry: refused, before a different map is made."""

from __future__ import annotations

import re

from bpflab.bindings.uapi import MAP_TYPES, word
from bpflab.compiling.image import Image
from bpflab.errors import LabError
from bpflab.mistakes.maps import declared
from bpflab.source import Source

_BY_BCC = "run the text with BCC itself: from bcc import BPF."
_BY_CLANG = f"Write the text for clang, with SEC(…), or {_BY_BCC}"
_DECLARED = (  # a pattern, and what it means: what, why, what to try
    (
        re.compile(r'\bBPF_\w+_PINNED\s*\(|\bBPF_\w*TABLE\s*\(\s*"\w+:'),
        "A map that is declared with its pin cannot be loaded here.",
        "The text is compiled in another process, and this one makes its maps anew.",
        f"Declare it without the pin, and pin it with pinned(map); or {_BY_BCC}",
    ),
    (
        re.compile(r'\bBPF_\w+_(?:PUBLIC|SHARED)\s*\(|\bBPF_\w*TABLE\s*\(\s*"extern"'),
        "A map that is shared with another text cannot be loaded here.",
        "BCC shares maps within a process, and each text is compiled in another one.",
        f"Put the texts into one directory, and load that; or {_BY_BCC}",
    ),
)
_NESTED = ("array_of_maps", "hash_of_maps")
_STORAGE = ("sk_storage", "inode_storage", "task_storage")


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
    """Look for maps of types that take more than sizes to make.

    Raises:
        LabError: ``map-type``, at the declaration.
    """
    for spec in image.maps:
        type = word(MAP_TYPES, spec.type)
        if type in _NESTED + _STORAGE:
            raise LabError(
                "map-type",
                f"{spec.name} is of type {type}, which cannot be loaded from a text for BCC.",
                place=declared(source, spec.name),
                why="Each of its values is a map, and BCC does not tell of what kind."
                if type in _NESTED
                else "The kernel must be given the C type of its values with it.",
                fix=_BY_CLANG,
            )
