"""Jump tables: which program each slot of a program array leads to."""

from __future__ import annotations

import os
import struct

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings.uapi import PROGRAM_TYPES, word
from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.inspect.fds import facts, program_names


@checked
def slots(table: Map) -> pd.DataFrame:
    """Return a row for each slot of a program array, the empty ones too.

    Columns: ``slot``, ``value`` (the 4 bytes that the kernel gives for it, in hexadecimal as
    ``bpftool map dump`` prints them: ``"c8 01 00 00"``; empty for an empty slot), ``program_id``
    (the same as a number; missing for an empty slot), ``program`` and ``type`` (the kernel's name
    of it and its type; empty for an empty slot). The name of a program that this process has no
    descriptor of is missing: ``sudo bpftool prog show id NUMBER``.

    Raises:
        LabError: ``map-type`` where *table* is no program array, ``closed`` where it went with its
            program.

    >>> inspect.slots(program.maps["JUMP_TABLE"])
    """
    if table.type != "prog_array":
        raise LabError(
            "map-type",
            f"{table.name} is of type {table.type}, and only a prog_array has slots.",
            fix=f"Use {table.name}.frame() to read it.",
        )
    twin = table.duplicate()  # which stays this map if its program is closed meanwhile
    try:
        ids: dict[int, int] = dict(twin.frame().itertuples(index=False))  # no empty slot is there
        owner = facts(twin.fd).get("owner_prog_type")
    finally:
        os.close(twin.fd)
    # All programs of a table are of one type, its owner's (kernel/bpf/core.c).
    type = word(PROGRAM_TYPES, int(owner)) if owner else ""
    names = program_names()
    rows: list[tuple[int, str, int | None, str | None, str]] = []
    for slot in range(table.max_entries):
        if id := ids.get(slot):
            rows.append((slot, struct.pack("=I", id).hex(" "), id, names.get(id), type))
        else:
            rows.append((slot, "", None, "", ""))
    columns = ["slot", "value", "program_id", "program", "type"]
    return pd.DataFrame(rows, columns=columns).astype({"program_id": "Int64"})
