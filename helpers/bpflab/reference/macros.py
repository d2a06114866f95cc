"""The macros that BCC brings to a text, and the methods of the maps that they declare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bpflab.reference.signature import Signature, name_of, rows


@dataclass(frozen=True)
class Macro(Signature):
    """A macro of BCC's.

    Attributes:
        name: as it is written.
        signature: its parameters; one with ``=`` may be left out.
        of: what kind of thing it makes: ``map``, ``array``, ``ring``, …, ``program``, ``value``.
        summary: one sentence: what it makes or returns.
    """

    name: str
    signature: str
    of: str
    summary: str

    @property
    def declares(self) -> bool:
        """Whether it declares a map."""
        return self.name.startswith("BPF_") and self.of != "program"

    @property
    def loads(self) -> bool:
        """Whether a text with it can be loaded here; `compiling.declared` says why not."""
        return self.of not in _REFUSED


@dataclass(frozen=True)
class Method(Signature):
    """A method of a map, as in ``seen.lookup(&key)``."""

    name: str
    signature: str
    summary: str


_REFUSED = ("sk_storage", "inode_storage", "task_storage", "maps", "pinned")

MACROS: Mapping[str, Macro] = MappingProxyType(
    {row["name"]: Macro(**row) for row in rows("macros.tsv")}
)
"""All macros by name; those that declare maps first."""


def _methods() -> dict[str, Mapping[str, Method]]:
    found: dict[str, dict[str, Method]] = {}
    for row in rows("methods.tsv"):
        name = name_of(row["signature"])
        found.setdefault(row["of"], {})[name] = Method(name, row["signature"], row["summary"])
    return {kind: MappingProxyType(methods) for kind, methods in found.items()}


METHODS: Mapping[str, Mapping[str, Method]] = MappingProxyType(_methods())
"""The methods of each kind of map, by name."""


def find(name: str) -> Macro | None:
    """Return the macro called *name*, or None."""
    return MACROS.get(name)


def methods_of(macro: str, type: str = "") -> Mapping[str, Method]:
    """Return the methods of a map that *macro* declares; *type* is that of a ``BPF_TABLE``.

    >>> list(methods_of("BPF_RINGBUF_OUTPUT"))[:2]
    ['ringbuf_output', 'ringbuf_reserve']
    """
    kind = MACROS[macro].of if macro in MACROS else ""
    return METHODS.get(_OF_TABLE.get(type, kind) if type else kind, {})


_OF_TABLE = {
    "array": "array",
    "percpu_array": "array",
    "prog": "programs",
    "stacktrace": "stacks",
    "perf_output": "perf",
    "ringbuf": "ring",
}


def maps_of(code: str) -> dict[str, tuple[Macro, str]]:
    """Return the maps that *code* declares by name: the macro, and the type of a ``BPF_TABLE``."""
    found = {}
    for each in _DECLARED.finditer(code):
        macro, given = MACROS.get(each[1]), [one.strip() for one in each[2].split(",")]
        if not macro or not macro.declares:
            continue
        names = [one.split("*")[-1] for one in macro.parameters]
        place = names.index("name")
        if place < len(given) and given[place].isidentifier():
            type = given[0].strip('"') if names[0] == '"type"' else ""
            found[given[place]] = macro, type
    return found


_DECLARED = re.compile(r"\b(BPF_\w+)\s*\(([^()]*)")
