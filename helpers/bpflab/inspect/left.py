"""What this process still holds in the kernel, and no open program owns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bpflab.bindings.info import MapInfo, info
from bpflab.inspect import attached, fds
from bpflab.programs import loading
from bpflab.text import safe_text

_MAPPINGS = Path("/proc/self/maps")
_PER_RING = 2  # the consumer's page, and the producer's page with the data: `ring` maps them


def left_behind() -> pd.DataFrame:
    """Return what this process holds and no open ``Program`` owns: empty where all is clean.

    Columns: ``kind`` (``program``, ``map``, ``link``, ``perf event``, or ``mapping``: a map that
    is mapped into memory), ``id`` (missing for the last two), ``name`` (the program's at it, for
    a link and a perf event), ``fd``. A program and a map are owned by their id, a link and
    a perf event by their fd: one that an open program has lost is here.
    """
    held = fds.held()
    ids = {one.fd: one.id for one in held}
    programs, maps, hooks, mapped = set(), set(), set(), 0
    for program in loading.loaded():
        programs |= {ids.get(fd) for fd in program.functions.values()}
        maps |= {ids.get(one.fd) for one in program.maps.values()}
        hooks |= set(attached.recorded_fds(program))
        mapped += _PER_RING * sum(not ring.closed for ring in program.rings.values())
    rows: list[tuple[str, int | None, str | None, int | None]] = []
    for one in held:
        owned = {"program": one.id in programs, "map": one.id in maps}
        if not owned.get(one.kind, one.fd in hooks):
            rows.append((one.kind, one.id or None, _name(one), one.fd))
    rows += [("mapping", None, "", None)] * (_mappings() - mapped)
    frame = pd.DataFrame(rows, columns=["kind", "id", "name", "fd"])
    return frame.astype({"id": "Int64", "fd": "Int64"})


def _name(one: fds.Held) -> str | None:
    if one.kind == "program":
        return attached.program_name(one.fd)
    if one.kind == "map":
        return safe_text(info(one.fd, MapInfo()).name)
    at = [place.program for place in attached.attachments()[0] if place.fd == one.fd]
    return attached.name(at[0]) if at and at[0] is not None else None


def _mappings() -> int:
    lines = _MAPPINGS.read_text(errors="backslashreplace").splitlines()
    return sum(line.endswith("anon_inode:bpf-map") for line in lines)
