"""The kernel's helper functions: number, signature, licence, since when, and what each does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bpflab.reference.signature import Signature, rows


@dataclass(frozen=True)
class Helper(Signature):
    """A helper function of the kernel.

    Attributes:
        name: with its ``bpf_``.
        number: of ``enum bpf_func_id``, as a call instruction has it.
        since: the first version of Linux that has it.
        gpl: whether only programs under a GPL-compatible licence may call it (Linux 6.18).
        signature: as C declares it, with u64 for __u64.
        summary: one sentence: what it does or returns.
    """

    name: str
    number: int
    since: str
    gpl: bool
    signature: str
    summary: str

    @property
    def takes_map(self) -> bool:
        """Whether an argument is a map, which BCC writes as a method of the map instead."""
        return any(one.split("*")[-1] in _MAPS for one in self.parameters)


_MAPS = ("map", "ringbuf", "prog_array_map")


def find(name: str) -> Helper | None:
    """Return the helper called *name*, or None."""
    return HELPERS.get(name)


HELPERS: Mapping[str, Helper] = MappingProxyType(
    {
        row["name"]: Helper(
            row["name"],
            int(row["number"]),
            row["since"],
            row["license"] == "gpl",
            row["signature"],
            row["summary"],
        )
        for row in rows("helpers.tsv")
    }
)
"""All helpers by name. After Linux 6.2 none was added: the kernel adds kfuncs in their place."""
