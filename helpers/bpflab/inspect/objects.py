"""Programs and maps as the kernel describes them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings.info import MapInfo, ProgramInfo, info, map_ids
from bpflab.bindings.uapi import MAP_TYPES, PROGRAM_TYPES, word
from bpflab.inspect import attached, fds
from bpflab.text import safe_text

_NO_CODE = "The size of a program's code is told only with CAP_BPF (bpf_prog_get_info_by_fd)."
_SIZES = ("instructions", "bytes_xlated", "bytes_jited", "bytes_memlock")


@checked
def programs(everyone: bool = False) -> pd.DataFrame:
    """Return a row for each program that this process holds, or with *everyone* the machine.

    Columns: ``id``, ``name`` (at most 15 bytes: the kernel keeps no more, and bpftool takes
    a longer one from BTF), ``type``, ``tag`` (a hash of its instructions), ``instructions`` (of
    8 bytes, as the verifier left them), ``bytes_xlated`` and ``bytes_jited`` (these and the machine
    code), ``jited``, ``bytes_memlock`` (whole pages), ``map_ids`` (a tuple), ``attached_to`` (empty
    where it is not attached; see ``links``), ``pids`` and ``comms`` (tuples: who holds it by an
    fd), ``run_cnt`` and ``run_time_ns`` (zero unless sysctl kernel.bpf_stats_enabled is set; what
    a tail call started is not counted), ``gpl_compatible``, ``uid`` and ``loaded_at`` (UTC). Sorted
    by id.

    What this process may not see is missing, and ``frame.attrs["hidden"]`` says why, by column.

    Raises:
        LabError: ``privilege`` where *everyone* is asked for without CAP_SYS_ADMIN.
    """
    found = fds.each("program", _program, everyone)
    places, closed = attached.attachments(everyone)
    at: dict[int | None, list[str | None]] = defaultdict(list)
    for one in places:
        at[one.program].append(one.place)
    holders, _ = _holders("program", everyone)
    notes = attached.hidden(places, closed)
    rows = [
        row | {"attached_to": _places(at[row["id"]], at[None])} | holders(row["id"])
        for row in found
    ]
    if any(row["instructions"] is None for row in rows):
        notes |= dict.fromkeys(("instructions", "bytes_xlated", "bytes_jited"), _NO_CODE)
    return _frame(rows, program_row(ProgramInfo(), (), {}, 0), notes)


@checked
def maps(everyone: bool = False) -> pd.DataFrame:
    """Return a row for each map that this process holds, or with *everyone* the machine.

    Columns: ``id``, ``name`` (at most 15 bytes), ``type``, ``key_size`` and ``value_size`` (bytes),
    ``max_entries``, ``flags``, ``bytes_memlock`` (what it takes, as the kernel reckons it),
    ``owner_prog_type`` and ``owner_jited`` (what a program array takes in; empty for other maps),
    ``frozen``, ``pids`` and ``comms`` (tuples: who holds it by an fd). Sorted by id.

    Raises:
        LabError: ``privilege`` where *everyone* is asked for without CAP_SYS_ADMIN.
    """
    found = fds.each("map", _map, everyone)
    holders, closed = _holders("map", everyone)
    rows = [row | holders(row["id"]) for row in found]
    return _frame(rows, map_row(MapInfo(), {}), attached.hidden([], closed))


def program_row(
    of: ProgramInfo, map_ids: tuple[int, ...], facts: Mapping[str, str], booted_ns: int
) -> dict[str, Any]:
    """Return the cells of a program; *booted_ns* is when the machine did, in Unix time."""
    loaded = pd.Timestamp(booted_ns + of.load_time, unit="ns", tz="UTC").floor("ms")
    seen = of.xlated_prog_len > 0  # no program is empty: zero is how the kernel hides it
    return {
        "id": of.id,
        "name": safe_text(of.name),
        "type": word(PROGRAM_TYPES, of.type),
        "tag": bytes(of.tag).hex(),
        "instructions": of.xlated_prog_len // 8 if seen else None,
        "bytes_xlated": of.xlated_prog_len if seen else None,
        "bytes_jited": of.jited_prog_len if seen else None,
        "jited": facts.get("prog_jited") == "1",
        "bytes_memlock": int(facts.get("memlock", 0)),
        "map_ids": map_ids,
        "attached_to": "",
        "pids": (),
        "comms": (),
        "run_cnt": of.run_cnt,
        "run_time_ns": of.run_time_ns,
        "gpl_compatible": bool(of.gpl_compatible),
        "uid": of.created_by_uid,
        "loaded_at": loaded,
    }


def map_row(of: MapInfo, facts: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells of a map."""
    owner = facts.get("owner_prog_type")
    return {
        "id": of.id,
        "name": safe_text(of.name),
        "type": word(MAP_TYPES, of.type),
        "key_size": of.key_size,
        "value_size": of.value_size,
        "max_entries": of.max_entries,
        "flags": of.map_flags,
        "bytes_memlock": int(facts.get("memlock", 0)),
        "owner_prog_type": word(PROGRAM_TYPES, int(owner)) if owner else "",
        "owner_jited": facts["owner_jited"] == "1" if "owner_jited" in facts else "",
        "frozen": facts.get("frozen", "0") != "0",
        "pids": (),
        "comms": (),
    }


def _program(fd: int) -> dict[str, Any]:
    booted = time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return program_row(info(fd, ProgramInfo()), map_ids(fd), fds.facts(fd), booted)


def _map(fd: int) -> dict[str, Any]:
    return map_row(info(fd, MapInfo()), fds.facts(fd))


def _places(known: list[str | None], unknown: list[str | None]) -> str | None:
    """Return where a program is attached; None if it is, or may be, at a place we cannot see."""
    if None in known or (unknown and not known):
        return None
    return ", ".join(sorted(place for place in known if place))


def _holders(
    kind: str, everyone: bool
) -> tuple[Callable[[int], dict[str, tuple[object, ...]]], int]:
    """Return what gives an id's cells ``pids`` and ``comms``, and how many did not let us look."""
    held, closed = fds.held_by_all() if everyone else (fds.held(), 0)
    pids: dict[int, set[int]] = defaultdict(set)
    for one in held:
        if one.kind == kind:
            pids[one.id].add(one.pid)

    def cells(number: int) -> dict[str, tuple[object, ...]]:
        who = tuple(sorted(pids[number]))
        return {"pids": who, "comms": tuple(safe_text(fds.comm(pid)) for pid in who)}

    return cells, closed


def _frame(
    rows: list[dict[str, Any]], pattern: Mapping[str, Any], notes: dict[str, str]
) -> pd.DataFrame:
    """Return *rows* under the columns of *pattern*, which an empty frame has too."""
    frame = pd.DataFrame(rows, columns=list(pattern))
    frame = frame.astype({name: "Int64" for name in _SIZES if name in pattern})
    return attached.noted(frame, notes)
