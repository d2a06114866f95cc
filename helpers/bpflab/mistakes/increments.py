"""``increment`` in a map of a type in which BCC makes no key, so that nothing is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpflab.errors import LabError
from bpflab.mistakes.declarations import Declarations
from bpflab.reference.macros import Macro

_BY_MACRO = {"BPF_PERCPU_HASH": "percpu_hash", "BPF_LPM_TRIE": "lpm_trie"}
_NO_NEW_KEY = {  # BCC 0.26 makes one in a hash alone
    "percpu_hash": "a percpu_hash",
    "lru_hash": "an lru_hash",
    "lru_percpu_hash": "an lru_percpu_hash",
    "lpm_trie": "an lpm_trie",
}
_INCREMENT = r"(?<![\w.>]){}\s*\.\s*((?:atomic_)?increment)\s*\("
_OTHERWISE = r"(?<![\w.>]){}\b(?!\s*\.\s*(?:lookup|delete|(?:atomic_)?increment)\s*\()"
_IN_MACRO = re.compile(r"\bBPF_\w+\s*\([^()]*$")
_ARGUMENTS = re.compile(r"\s*(?:([A-Za-z_]\w*)|[^(),]*)\s*(?:,\s*(\w+)\s*)?\)")


def found(declared: Declarations) -> Iterator[LabError]:
    """Return each `increment` that makes no key, where nothing else in the text makes one.

    Nothing is said where Python puts keys into another map, and so may put them into this one.
    """
    for name, (macro, table) in declared.maps.items():
        type = _BY_MACRO.get(macro.name, table) if macro else ""
        if macro and type in _NO_NEW_KEY and not _has_keys(declared, name):
            for call in re.finditer(_INCREMENT.format(name), declared.code):
                yield LabError(
                    "no-new-key",
                    f"{call[1]} makes no new key in {_NO_NEW_KEY[type]}.",
                    place=declared.place(call.start()),
                    why="BCC makes one in a hash alone. Here only a key that Python has put in "
                    "is counted.",
                    fix=_with_key(declared, name, type, call),
                )


def _has_keys(declared: Declarations, name: str) -> bool:
    """Return whether anything else may put keys into map *name*."""
    uses = [each.start() for each in re.finditer(_OTHERWISE.format(name), declared.code)]
    if len(uses) != 1 or not _IN_MACRO.search(declared.code[: uses[0]]):  # the declaration
        return True
    return any(
        _keyed(macro, table) and re.search(rf"\b{other}\s*\.\s*lookup\s*\(", declared.code)
        for other, (macro, table) in declared.maps.items()
        if other not in declared.filled
    )


def _keyed(macro: Macro | None, table: str) -> bool:
    """Return whether a map begins without entries."""
    return macro is not None and macro.of == "map" and "array" not in table


def _with_key(declared: Declarations, name: str, type: str, call: re.Match[str]) -> str:
    given = _ARGUMENTS.match(declared.code, call.end())
    key, number = given.groups() if given else ("", "")
    add = f"*n += {number or 1}"
    if call[1] == "atomic_increment" and "percpu" not in type:
        add = f"lock_xadd(n, {number or 1})"
    return (
        f"Use lookup_or_try_init: u64 zero = 0, *n = {name}.lookup_or_try_init"
        f"(&{key or 'key'}, &zero); if (n) {add};"
    )
