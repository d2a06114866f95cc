"""Which cells of a lesson one of them needs, told from their names."""

from __future__ import annotations

import re
import symtable
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

_MAGIC = re.compile(r"%%\w+([^\n]*)")


@dataclass(frozen=True)
class _Names:
    """The names that a cell uses, at once or in functions that it defines; those that it binds.

    Of those that it binds *objects* hold one.
    """

    at_once: frozenset[str]
    later: frozenset[str]
    binds: frozenset[str]
    objects: frozenset[str]


def needed(cells: Iterable[tuple[str, str]], wanted: Container[str]) -> set[str]:
    """Return the ids of *wanted* cells and of those above them that they need, directly or not.

    *cells* are all code cells in their order, each its id and its text. A cell is needed that binds
    a name which a needed one uses. One that only uses that name is needed as well, if it holds an
    object: it may change it, as ``program.maps["X"].fill(...)`` does. A function or a module it
    does not change.
    """
    known = [(id, _names(source)) for id, source in cells]
    objects = frozenset[str]().union(*(names.objects for _, names in known))
    kept, open_names = set[str](), set[str]()
    for id, names in reversed(known):
        binds, uses = names.binds & open_names, names.at_once & objects & open_names
        if id in wanted or binds or uses:
            kept.add(id)
            open_names |= names.at_once | names.later
    return kept


def _names(source: str) -> _Names:
    if magic := _MAGIC.match(source):  # `%%bpf NAME` binds it; other words may be names in Python
        words = re.findall(r"[^\W\d]\w*", magic[1])
        bound = frozenset(words[:1])
        return _Names(frozenset(words), frozenset(), bound, bound)
    top = symtable.symtable(source, "cell", "exec")
    every = list(top.get_symbols())
    binds = {one.get_name(): one for one in every if one.is_assigned() or one.is_imported()}
    objects = (n for n, one in binds.items() if not (one.is_imported() or one.is_namespace()))
    uses = frozenset(one.get_name() for one in every if one.is_referenced())
    return _Names(uses, frozenset(_inside(top)), frozenset(binds), frozenset(objects))


def _inside(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names of the module that its functions use."""
    for child in table.get_children():
        yield from (one.get_name() for one in child.get_symbols() if one.is_global())
        yield from _inside(child)
