"""What the compiler made of a text, as data: the kernel's objects are made from it."""

from __future__ import annotations

import base64
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bpflab.bindings.bpf import Code
from bpflab.data.btf import Btf, layout_of

_INSTRUCTION = np.dtype([("code", "u1"), ("registers", "u1"), ("off", "i2"), ("imm", "i4")])
_LOAD_64 = 0x18  # BPF_LD | BPF_IMM | BPF_DW: a constant of 64 bits, in two instructions
# BPF_PSEUDO_MAP_FD as source register, and where that stands beside the other register.
_MAP_FD, _SOURCE = (0x10, 0xF0) if sys.byteorder == "little" else (0x01, 0x0F)
_NUMBERS = ("reference", "type", "key_size", "value_size", "max_entries", "flags")
_SPEC = struct.Struct("i5I16s")  # as the kernel takes them
_LINE = np.dtype([("instruction", "u4"), ("file", "u4"), ("text", "u4"), ("line", "u4")])


@dataclass(frozen=True)
class MapSpec:
    """A map to be made.

    Attributes:
        reference: the number that stands for it in the instructions.
        key, value: layouts, as `Btf.layout` gives them.
        key_type, value_type: the numbers of these types in the image's BTF, or 0.
    """

    name: str
    reference: int
    type: int
    key_size: int
    value_size: int
    max_entries: int
    flags: int
    key: Any
    value: Any
    key_type: int = 0
    value_type: int = 0


@dataclass(frozen=True)
class Image:
    """The maps and programs of one text.

    Attributes:
        btf: the types that the programs' lines and functions refer to; empty where there are none.
        fields: for each buffer the name and C type of its event's fields.
        warnings: what the compiler printed all the same, at the learner's lines.
        answer: what `from_answer` made it of.
    """

    maps: list[MapSpec]
    programs: list[Code]
    btf: bytes
    fields: dict[str, list[tuple[str, str]]]
    warnings: str = ""
    answer: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


def from_answer(answer: Any) -> Image:
    """Return the image in a child's answer, or in what the cache kept.

    Raises:
        ValueError: where it is no such answer.
    """
    try:
        made = _image(answer)
        for spec in made.maps:
            _SPEC.pack(*(getattr(spec, name) for name in _NUMBERS), spec.name.encode())
        maps = {spec.reference: 0 for spec in made.maps}
        for code in made.programs:
            with_maps(code, maps)
    except Exception as error:  # of whatever form it is instead
        raise ValueError(f"no image: {error!r}") from None
    return made


def _image(answer: dict[str, Any]) -> Image:
    data = base64.b64decode(answer["btf"])
    types = Btf(data) if data else None
    return Image(
        [MapSpec(**(_layouts(row, types) | row)) for row in answer["maps"]],
        [
            Code(
                str(row["name"]),
                base64.b64decode(row["instructions"]),
                str(row["license"]),
                base64.b64decode(row["func_info"]),
                base64.b64decode(row["line_info"]),
            )
            for row in answer["programs"]
        ],
        data,
        {name: [(f, t) for f, t in rows] for name, rows in answer["fields"].items()},
        str(answer.get("warnings", "")),
        answer,
    )


def with_maps(code: Code, fds: dict[int, int]) -> bytes:
    """Return the instructions of *code* with descriptors in the place of the maps' references."""
    found = np.frombuffer(code.instructions, _INSTRUCTION).copy()
    maps = (found["code"] == _LOAD_64) & (found["registers"] & _SOURCE == _MAP_FD)
    found["imm"][maps] = [fds[number] for number in found["imm"][maps].tolist()]
    return found.tobytes()


def lines(image: Image, code: Code) -> Iterator[tuple[int, str, int]]:
    """Yield instruction, file and line, in the order of the instructions, where a line begins."""
    if image.btf:
        types = Btf(image.btf)
        for row in np.frombuffer(code.line_info, _LINE):
            try:
                file = types.text(int(row["file"]))
            except ValueError:  # a damaged image of the cache: the kernel refuses it, too
                return
            yield int(row["instruction"]), file, int(row["line"]) >> 10


def _layouts(row: dict[str, Any], types: Btf | None) -> dict[str, Any]:
    """Return types and layouts of a map's key and value, which BCC has in a struct for each map."""
    number = types.find(f"____btf_map_{row['name']}") if types else None
    members = types.members(number) if types and number else {}
    found: dict[str, Any] = {}
    for part in ("key", "value"):
        found[f"{part}_type"] = members.get(part, 0)
        found[part] = layout_of(types, members.get(part, 0), row[f"{part}_size"])
    return found
