"""Programs and maps as the kernel describes them."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings import bpf
from bpflab.bindings.info import MapInfo, ProgramInfo, info, map_ids
from bpflab.bindings.uapi import MAP_TYPES, PROGRAM_TYPES, word
from bpflab.errors import LabError
from bpflab.inspect.fds import Descriptor, attachments, descriptors
from bpflab.text import safe_text

_SIZES = ("instructions", "bytes_xlated", "bytes_jited", "bytes_memlock")

Row = dict[str, Any]


@checked
def programs() -> pd.DataFrame:
    """Return a row for each program that this process has a descriptor of, by id.

    Columns: ``id``, ``name`` (at most 15 bytes: the kernel keeps no more, and bpftool takes
    a longer one from BTF), ``type``, ``tag`` (a hash of its instructions), ``instructions`` (of
    8 bytes, as the verifier left them), ``bytes_xlated`` and ``bytes_jited`` (these and the machine
    code), ``bytes_memlock`` (whole pages), ``map_ids`` (a tuple), ``attached_to`` (empty where it
    is not attached), ``pids`` (a tuple: this process), ``run_cnt`` (zero outside of `run_stats` and
    without sysctl kernel.bpf_stats_enabled; what a tail call started is not counted),
    ``recursion_misses`` (runs that the kernel skipped, as a program is not entered again on a CPU
    that is in the middle of it; always counted) and ``loaded_at`` (UTC).

    >>> inspect.programs().set_index("name")["recursion_misses"]

    A link's place is the kernel's word. A perf event's is bpflab's record of what it attached,
    since the kernel tells that only with CAP_SYS_ADMIN (``sudo bpftool perf``). What this process
    may not see is missing: the size of the code without CAP_BPF, and a place where it also has a
    perf event that no open ``Program`` made.
    """
    places, complete = _places(descriptors())
    booted = time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    rows = _rows(
        "program",
        lambda one: program_row(info(one.fd, ProgramInfo()), map_ids(one.fd), one.facts, booted),
    )
    for row in rows:
        known = sorted(places[row["id"]])
        row["attached_to"] = ", ".join(known) if known or complete else None
    frame = pd.DataFrame(rows, columns=list(program_row(ProgramInfo(), (), {}, 0)))
    return frame.astype(dict.fromkeys(_SIZES, "Int64"))


@contextlib.contextmanager
def run_stats() -> Iterator[None]:
    """Let the kernel count the runs of every program for a block: ``run_cnt`` of `programs`.

    A run takes about 80 ns more meanwhile. Counters are not set back.

    Raises:
        LabError: ``privilege`` without CAP_SYS_ADMIN.

    >>> with inspect.run_stats():
    ...     run("/usr/bin/true", times=5)
    """
    try:
        fd = bpf.enable_stats()
    except OSError as error:
        raise LabError(
            "privilege",
            f"The kernel does not count runs for this process: {os.strerror(error.errno or 0)}.",
            why="That needs CAP_SYS_ADMIN.",
            fix="As root: sysctl kernel.bpf_stats_enabled=1",
        ) from None
    try:
        yield
    finally:
        os.close(fd)


@checked
def maps() -> pd.DataFrame:
    """Return a row for each map that this process has a descriptor of, by id.

    Columns: ``id``, ``name`` (at most 15 bytes), ``type``, ``key_size`` and ``value_size`` (bytes),
    ``max_entries``, ``flags``, ``bytes_memlock`` (what it takes, as the kernel reckons it),
    ``owner_prog_type`` and ``owner_jited`` (what a program array accepts; empty for other maps) and
    ``frozen``.

    >>> inspect.maps()[["name", "type", "max_entries"]]
    """
    rows = _rows("map", lambda one: map_row(info(one.fd, MapInfo()), one.facts))
    return pd.DataFrame(rows, columns=list(map_row(MapInfo(), {})))


def program_row(
    of: ProgramInfo, map_ids: tuple[int, ...], facts: Mapping[str, str], booted_ns: int
) -> Row:
    """Return the cells of a program; *booted_ns* is when the machine did, in Unix time."""
    seen = of.xlated_prog_len > 0  # no program is empty: zero is how the kernel hides it
    return {
        "id": of.id,
        "name": safe_text(of.name),
        "type": word(PROGRAM_TYPES, of.type),
        "tag": bytes(of.tag).hex(),
        "instructions": of.xlated_prog_len // 8 if seen else None,
        "bytes_xlated": of.xlated_prog_len if seen else None,
        "bytes_jited": of.jited_prog_len if seen else None,
        "bytes_memlock": int(facts.get("memlock", 0)),
        "map_ids": map_ids,
        "attached_to": "",
        "pids": (os.getpid(),),
        "run_cnt": of.run_cnt,
        "recursion_misses": of.recursion_misses,
        "loaded_at": pd.Timestamp(booted_ns + of.load_time, unit="ns", tz="UTC").floor("ms"),
    }


def map_row(of: MapInfo, facts: Mapping[str, str]) -> Row:
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
    }


def _rows(kind: str, read: Callable[[Descriptor], Row]) -> list[Row]:
    """Return what *read* makes of one descriptor of each object of *kind*, by id."""
    objects = {one.id: one for one in descriptors() if one.kind == kind}
    rows = []
    for _, one in sorted(objects.items()):
        try:
            rows.append(read(one))
        except OSError as error:
            if error.errno != errno.EBADF:  # another thread has closed it meanwhile
                raise
    return rows


def _places(found: list[Descriptor]) -> tuple[dict[int, set[str]], bool]:
    """Return where programs are attached, by id, and whether these are all places."""
    ids = {one.fd: one.id for one in found}
    recorded = attachments()
    places: dict[int, set[str]] = defaultdict(set)
    complete = True
    for one in found:
        function, place = recorded.get(one.fd, (-1, ""))
        if one.kind == "link":
            places[int(one.facts["prog_id"])].add(safe_text(one.facts.get("tp_name", place)))
        elif one.kind == "perf event":
            places[ids.get(function, 0)].add(safe_text(place))
            complete = complete and bool(place)
    return places, complete
