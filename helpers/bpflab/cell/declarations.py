"""Names that C declares, with their types, in a text that need not be finished."""

from __future__ import annotations

import re

_INSIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\](?=\s*\()")
_DECLARATION = re.compile(
    r"\s*(?:(?:const|static|volatile)\s+)*"
    r"(?P<type>struct\s+\w+|(?:unsigned|signed|long|short)(?:\s+(?:int|long|char))*|[A-Za-z_]\w*)"
    r"(?P<rest>[\s*].*)",
    re.S,
)
_DECLARED = re.compile(
    r"(?P<stars>[*\s]*)(?P<name>[A-Za-z_]\w*)\s*(?P<array>\[.*\])?(?P<more>.*)", re.S
)
_NO_TYPE = {"return", "else", "goto", "case", "typedef", "sizeof"}


def declared(text: str) -> dict[str, str]:
    """Return the names that the statements of *text* declare: the type of each.

    >>> declared("u32 pid, uid; char comm[16]; struct event *e = here();")
    {'pid': 'u32', 'uid': 'u32', 'comm': 'char[16]', 'e': 'struct event *'}
    """
    found: dict[str, str] = {}
    for statement in re.split(r"[;{}]", text):
        found.update(_declared(statement))
    return found


def _declared(statement: str) -> dict[str, str]:
    opened = statement.rfind("(")
    if opened >= 0 and ")" not in statement[opened:]:  # for (int i = 0
        statement = statement[opened + 1 :]
    declaration = _DECLARATION.fullmatch(_INSIDE.sub("", _INSIDE.sub("", statement)))
    if not declaration or declaration["type"] in _NO_TYPE:
        return {}
    found = {}
    for each in declaration["rest"].split(","):  # u64 key = 1, *value = seen.lookup(&key)
        name = _DECLARED.match(each)
        if name and name["more"].lstrip()[:1] in ("", "="):
            type = f"{declaration['type']} {name['stars']}"
            found[name["name"]] = _spelt(type, name["array"] or "")
    return found


def _spelt(type: str, array: str) -> str:
    """Return a C type as it is shown: ``struct event *``, ``char[16]``."""
    words, stars = type.replace("*", " ").split(), "*" * type.count("*")
    return " ".join([*words, stars] if stars else words) + "".join(array.split())
