"""The struct of an event, as a dtype, or why it has no columns."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from bpflab.bindings.uapi import MAP_TYPES, word
from bpflab.compiling.image import Image
from bpflab.data import layout
from bpflab.errors import LabError, Place
from bpflab.mistakes.declarations import Declarations, Struct
from bpflab.source import Source

Fields = list[tuple[str, str]]
_AT = re.compile(r"\((?:anonymous|unnamed)[^)]* at (.+):(\d+):\d+\)")
_BUFFERS = ("ringbuf", "perf_event_array")
_SENT = r"\b(?:{}\s*\.\s*|bpf_)ringbuf_(?:submit|output)"
_WHY = "An event becomes one row: each field must be a number or an array of them."


def event_dtypes(source: Source, image: Image) -> dict[str, np.dtype[Any] | LabError]:
    """Return for each buffer of *image* the dtype of its events, or why they have none.

    That is no fault of the program, which can run: it is one of reading its events as a table.
    """
    found = {name: event_dtype(source, fields, name) for name, fields in image.fields.items()}
    for spec in image.maps:
        buffer = word(MAP_TYPES, spec.type) in _BUFFERS and spec.name not in found
        if buffer and (error := _without_struct(Declarations(source), spec.name)):
            found[spec.name] = error
    return found


def event_dtype(source: Source, fields: Fields, buffer: str) -> np.dtype[Any] | LabError:
    """Return the dtype of the events that *source* sends through *buffer*, from its C struct.

    For a field that has no column in a table that is a LabError, ``event-field``, at its line.
    """
    declared = Declarations(source)
    struct = _struct(declared, fields)
    for name, type in fields:
        if struct and _is_bit_field(declared, struct, name):
            return LabError(
                "event-field",
                f"Field {name!r} of the event in {buffer} is a bit-field.",
                place=_place(source, struct, name, type),
                why="The compiler tells where a field is in bytes, not in bits.",
                fix="Make it a u8.",
            )
        try:
            layout.from_fields([(name, type)])
        except LabError as error:
            return LabError(
                "event-field",
                f"{_named(name, type)} of the event in {buffer} has no column in a table.",
                place=_place(source, struct, name, type),
                why=_WHY,
                fix=_advice(type) or error.fix,
            )
    return layout.from_fields(fields, f"the event in {buffer}")


def _without_struct(declared: Declarations, buffer: str) -> LabError | None:
    """Return why there are no fields of what is sent through *buffer*, if anything is."""
    sent = re.compile(rf"\b{buffer}\s*\.\s*(?:ringbuf_output|ringbuf_reserve|perf_submit)\s*\(")
    found = sent.search(declared.code)
    if not found:
        return _nothing_sent(declared, buffer)
    if "reserve" in found[0] and not re.search(_SENT.format(buffer), declared.code):
        return LabError(
            "no-events",
            f"Nothing is sent through {buffer}: no record is submitted.",
            place=declared.place(found.start()),
            why="A record that is discarded never comes to the reader.",
            fix=f"Write {buffer}.ringbuf_submit(e, 0), where e is the record that is to be sent.",
        )
    return LabError(
        "no-event-type",
        f"What is sent through {buffer} is not a struct.",
        place=declared.place(found.start()),
        why="The columns of the table are the fields of a struct.",
        fix=f"Declare struct event with one field, and send it: {buffer} then has a column.",
    )


def _nothing_sent(declared: Declarations, buffer: str) -> LabError | None:
    macro, _ = declared.maps.get(buffer, (None, ""))
    if not macro or macro.of not in ("ring", "perf"):
        return None
    send = "ringbuf_output(&event, sizeof(event), 0)"
    if macro.of == "perf":
        send = "perf_submit(ctx, &event, sizeof(event))"
    return LabError(
        "no-events",
        f"Nothing is sent through {buffer}.",
        place=declared.map_place(buffer),
        fix=f"Write {buffer}.{send}.",
    )


def _struct(declared: Declarations, fields: Fields) -> Struct | None:
    """Return the struct of the text that has these fields: their names in their order."""
    names = [name for name, _ in fields if name]
    for struct in declared.structs.values():
        rest = iter(struct.names)
        if names and all(name in rest for name in names):
            return struct
    return None


def _is_bit_field(declared: Declarations, struct: Struct, name: str) -> bool:
    begin = re.compile(rf"\b(?:struct|union)\s+{struct.name}\b[^;{{]*\{{").search(declared.code)
    if not name or not begin:
        return False
    end = declared.closing(begin.end())
    return bool(re.compile(rf"\b{name}\s*:\s*\d+\s*[;,]").search(declared.code, begin.end(), end))


def _place(source: Source, struct: Struct | None, name: str, type: str) -> Place | None:
    if at := _AT.search(type):
        return source.place(at[1], int(at[2]))
    return (
        next((place for field, place in struct.fields if field == name), None) if struct else None
    )


def _named(name: str, type: str) -> str:
    bare = re.sub(r"\s*\w*::?\s*\((?:anonymous|unnamed).*|\s*\((?:anonymous|unnamed).*", "", type)
    return f"Field {name!r}, a {bare}," if name else f"The {bare} without a name"


def _advice(type: str) -> str:
    if "__int128" in type:
        return "Make it u64[2], or char[16] for an address."
    if re.search(r"\b(?:float|double)\b", type):
        return "Send whole numbers, and divide in Python."
    return ""
