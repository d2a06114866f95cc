"""What this process has in the kernel, and no open program owns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bpflab.bindings.info import MapInfo, info
from bpflab.inspect.fds import attachments, descriptors, program_names
from bpflab.programs import loading
from bpflab.text import safe_text

_MAPPINGS = Path("/proc/self/maps")
_PER_RING = 2  # the consumer's page, and the producer's page with the data: `ring` maps them


def left_behind() -> pd.DataFrame:
    """Return what this process has open and no open ``Program`` owns: empty where all is clean.

    Columns: ``kind`` (``program``, ``map``, ``link``, ``perf event``, or ``mapping``: a map that
    is mapped into memory), ``id`` (missing for the last two), ``name`` (the program's, for a link;
    missing where it is not known), ``fd``. A program and a map are owned by their id, a link and
    a perf event by their descriptor: one that an open program has lost is here.

    >>> inspect.left_behind()["kind"].value_counts()
    """
    found, names, attached = descriptors(), program_names(), attachments()
    ids = {one.fd: one.id for one in found}
    programs, maps, mapped = set(), set(), 0
    for program in loading.loaded():
        programs |= {ids.get(fd) for fd in program.functions.values()}
        maps |= {ids.get(one.fd) for one in program.maps.values()}
        mapped += _PER_RING * sum(not ring.closed for ring in program.rings.values())
    rows: list[tuple[str, int | None, str | None, int | None]] = []
    for one in found:
        if one.kind == "program" and one.id not in programs:
            rows.append((one.kind, one.id, names.get(one.id), one.fd))
        elif one.kind == "map" and one.id not in maps:
            rows.append((one.kind, one.id, safe_text(info(one.fd, MapInfo()).name), one.fd))
        elif one.kind in ("link", "perf event") and one.fd not in attached:
            of = int(one.facts.get("prog_id", 0))
            rows.append((one.kind, one.id or None, names.get(of), one.fd))
    rows += [("mapping", None, "", None)] * (_mappings() - mapped)
    frame = pd.DataFrame(rows, columns=["kind", "id", "name", "fd"])
    return frame.astype({"id": "Int64", "fd": "Int64"})


def _mappings() -> int:
    lines = _MAPPINGS.read_text(errors="backslashreplace").splitlines()
    return sum(line.endswith("anon_inode:bpf-map") for line in lines)
