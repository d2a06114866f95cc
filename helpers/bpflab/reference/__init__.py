"""What a program can call: the kernel's helper functions, and the macros and methods of BCC."""

from __future__ import annotations

from difflib import SequenceMatcher

from bpflab.reference.helpers import HELPERS
from bpflab.reference.macros import MACROS

__all__ = ["near"]

_CLOSE = 0.72  # BPF_HSAH is near to BPF_HASH, and bpf_map_lookup is near to nothing
_CLOSE_WITHOUT = 0.9  # printf is near to nothing
_BESIDE = 0.05  # how far from the nearest name another one may be


def near(name: str, most: int = 3) -> list[str]:
    """Return the helpers and macros whose names are near to *name*, the nearest first.

    >>> near("bpf_get_curent_comm"), near("BPF_HSAH")
    (['bpf_get_current_comm'], ['BPF_HASH'])
    """
    meant, least = _bare(name), _CLOSE if _bare(name) != name else _CLOSE_WITHOUT
    known = [*HELPERS, *MACROS]
    close = [(SequenceMatcher(None, meant, _bare(each)).ratio(), each) for each in known]
    best = max(close)[0]
    found = sorted((one for one in close if one[0] >= max(least, best - _BESIDE)), reverse=True)
    longer = [each for each in known if meant and _bare(each).startswith(f"{meant}_")]
    return [each for _, each in found][:most] or (longer if len(longer) <= most else [])


def _bare(name: str) -> str:
    return name.removeprefix("bpf_").removeprefix("BPF_")
