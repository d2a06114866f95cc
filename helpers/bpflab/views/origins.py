"""Where each byte of a buffer comes from, after a string was read into it. Draws nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bpflab.text import counted

WORD = 8  # strncpy_from_user copies by `unsigned long`, counted from the buffer's start

MEANINGS = {
    "string": "this string",
    "nul": "its NUL",
    "zeroed": "cleared when this string was read",
    "left over": "of an earlier string",
    "never written": "0 before and now; an earlier string's NUL looks the same",
}
"""What each origin means."""


def origins(now: bytes, length: int, before: bytes = b"") -> list[str]:
    r"""Return for each byte of *now* where it comes from, after a string was read into it.

    *now* is the whole buffer, *length* what ``bpf_probe_read_user_str`` returned (or more than
    ``len(now)`` where the string was cut), *before* the buffer as it was, zeros where not known.
    One of, for each byte:

    - ``"string"``, ``"nul"``: the string that was read, and the NUL that ends it;
    - ``"zeroed"``: 0 where an earlier string had reached. ``strncpy_from_user`` clears the rest
      of the 8-byte word that holds the NUL (Linux 5.10, commit 6fa6d28051e9); it copies by single
      bytes, and clears nothing, before a page that cannot be read and in the last ``size % 8``
      bytes. After a failed read, *length* < 0, the helper clears the whole buffer;
    - ``"left over"``: not 0 after the NUL; or 0 there as before, with a byte after it that is not:
      the NUL of a string in between;
    - ``"never written"``: 0 before and 0 now, and nothing left over after it. An earlier string's
      own NUL looks the same.

    >>> origins(b"ab\0\0\0\0\0\0ij\0\0", 3, b"abcdefghij\0\0")[1:9]
    ['string', 'nul', 'zeroed', 'zeroed', 'zeroed', 'zeroed', 'zeroed', 'left over']
    """
    if length < 0:
        return ["left over" if byte else "zeroed" for byte in now]
    end = min(length, len(now))
    ends = end > 0 and now[end - 1] == 0  # else there was no room for a NUL
    found = ["string"] * (end - ends) + ["nul"] * ends
    word_end = -(-end // WORD) * WORD
    cleared = range(end, word_end) if ends and not any(now[end:word_end]) else ()
    reached = len(now.rstrip(b"\0"))  # an earlier string was at least this long
    was = before.ljust(len(now), b"\0")
    for at in range(end, len(now)):
        if now[at] or (at < reached and at not in cleared and not was[at]):
            found.append("left over")
        else:
            found.append("zeroed" if was[at] or at < reached else "never written")
    return found


def leftovers_start(origins: Sequence[str]) -> int | None:
    """Return the offset of the first byte that an earlier string left, or None.

    >>> leftovers_start(["written", "left over"])
    1
    """
    return next((at for at, origin in enumerate(origins) if origin == "left over"), None)


def summary(origins: Sequence[str]) -> str:
    """Return a sentence about a buffer: how long its string is, and where left overs are."""
    count = Counter(origins)
    parts = [f"{counted(count['string'])} of this string"]
    if count["nul"]:
        parts.append(f"NUL at {list(origins).index('nul')}")
    elif count["string"]:
        parts.append("no NUL")
    elif count["zeroed"]:
        parts.append(f"{count['zeroed']} zeroed")
    start = leftovers_start(origins)
    if start is None:
        return ", ".join([*parts, "nothing left over"])
    last = max(at for at, origin in enumerate(origins) if origin == "left over")
    return ", ".join([*parts, f"left over from offset {start} to {last}"])
