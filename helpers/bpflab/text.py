"""Text that is safe to show anywhere, and the names that are near to one that is not there."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_LIMIT = 4096
_MOST_NAMES = 12  # more are not listed: nobody reads them
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, formats (bidi), surrogates


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
    shown = "".join(_visible(c) for c in text[:limit])
    return shown if len(text) <= limit else f"{shown}… ({len(text) - limit} more)"


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


def _visible(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN:
        return char
    return char.encode("unicode_escape").decode("ascii")
