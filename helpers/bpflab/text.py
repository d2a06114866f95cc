"""Text that is safe to show anywhere, how wide it is, and which names are near to a missing one."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_LIMIT = 4096
_MOST_NAMES = 12  # more are not listed: nobody reads them


def safe_text(raw: bytes | str, limit: int = _LIMIT) -> str:
    r"""Return *raw* as text in which nothing is hidden and nothing acts.

    Bytes that are not UTF-8 become ``\xNN``; control characters, bidirectional overrides and
    line separators become their escape; beyond *limit* characters the text is cut and says so.
    The result has no character that moves a cursor, but ``<`` and ``$`` stay: HTML and
    matplotlib escape those where they are drawn.

    Whoever runs a program chooses its name and its path. An escape sequence in one has hidden a
    file from a tracer's output before (inspektor-gadget, CVE-2026-25996).

    >>> safe_text(b"/usr/\x1b[31mred\n\xff")
    '/usr/\\x1b[31mred\\n\\xff'
    """
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    shown = text[:limit] if text.isprintable() else "".join(map(_visible, text[:limit]))
    return shown if len(text) <= limit else f"{shown}… ({len(text) - limit} more)"


def width(text: str) -> int:
    """Return how many columns of a terminal *text* takes: a combining mark none, `日` two.

    >>> width("ls"), width("日本"), width("e\u0301")
    (2, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def near(name: str, known: Iterable[str]) -> str:
    """Return what to try in place of *name*, which is none of *known*; nothing if nothing is near.

    >>> near("sean", ["seen", "dropped"])
    'Did you mean seen? There are seen, dropped.'
    """
    names = [safe_text(one, 80) for one in known]
    close = difflib.get_close_matches(safe_text(name, 80), names, 3)
    meant = [f"Did you mean {' or '.join(close)}?"] if close else []
    there = [f"There are {', '.join(names)}."] if 1 < len(names) <= _MOST_NAMES else []
    if len(names) == 1 and not close:
        there = [f"There is {names[0]}."]
    return " ".join(meant + there)


def counted(count: int, of: str = "byte") -> str:
    """Return so many of something in words.

    >>> counted(1), counted(2, "element")
    ('1 byte', '2 elements')
    """
    return f"{count} {of}{'s' * (count != 1)}"


def _visible(char: str) -> str:
    # What Python does not print: controls, formats (bidi), surrogates, and all spaces but one.
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    return char.encode("unicode_escape").decode("ascii")


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
