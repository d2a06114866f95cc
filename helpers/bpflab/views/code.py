"""C source as a reader wants it: numbered, marked, coloured, and compared with the step before."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.views.listing import coloured, listing, printable, row
from bpflab.views.view import View, escaped, figure


@checked
def code(text: str | bytes, title: str, *, marks: Iterable[str] = ()) -> View:
    """Return C source with line numbers; lines that hold one of *marks* have a sign and a colour.

    A mark is text, since lines move when the file changes.

    Raises:
        LabError: ``no-mark`` where no line holds one of them.

    >>> print(code("int x;\\nint y;", "two.c", marks=["y;"]))
    two.c
        1  int x;
    >   2  int y;
    """
    lines = _lines(text)
    marked = set[int]()
    for mark in marks:
        found = {at for at, line in enumerate(lines) if mark in line}
        if not found:
            message = f"No line of {safe_text(title)} holds {safe_text(repr(mark))}."
            raise LabError("no-mark", message, fix="A mark is a part of a line, letter by letter.")
        marked |= found
    plain, rows = [], []
    shown = printable(lines)
    for at, (line, html) in enumerate(zip(shown, coloured(shown), strict=True)):
        sign, number = ">" if at in marked else " ", f"{at + 1:>3}"
        plain.append(f"{sign} {number}  {line}".rstrip())
        rows.append(row(sign, number, html))
    return View(figure(title, listing(rows)), "\n".join([safe_text(title), *plain]))


@checked
def diff(
    old: str | bytes, new: str | bytes, old_title: str, new_title: str, context: int = 2
) -> View:
    """Return what changed from *old* to *new*, with *context* lines around each change.

    Lines that went carry "-", lines that came "+", in orange and blue. The text is a unified diff.

    >>> print(diff("a\\nb", "a\\nc", "1.c", "2.c"))
    --- 1.c
    +++ 2.c
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    before, after = _lines(old), _lines(new)
    titles = safe_text(old_title), safe_text(new_title)
    unified = list(difflib.unified_diff(before, after, *titles, lineterm="", n=context))
    if not unified:
        text = f"no difference between {titles[0]} and {titles[1]}"
        return View(f"<p><em>{escaped(text)}</em></p>", text)
    # The tabs of the source stay.
    lines = ["\t".join(safe_text(p, len(p)) for p in line.split("\t")) for line in unified[2:]]
    rows = list(_changes(before, after, context))
    return View(
        figure(f"{old_title} → {new_title}", listing(rows)), "\n".join([*unified[:2], *lines])
    )


def _changes(before: list[str], after: list[str], context: int) -> Iterator[str]:
    went, came = coloured(printable(before)), coloured(printable(after))
    groups = difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(context)
    for group in groups:
        first, last = group[0], group[-1]
        if first[1] or first[3]:
            yield row(" ", f"{'⋯':>3} {'⋯':>3}", "")
        for tag, i, i_end, j, j_end in group:
            if tag == "equal":
                for a, b in zip(range(i, i_end), range(j, j_end), strict=True):
                    yield row(" ", f"{a + 1:>3} {b + 1:>3}", came[b])
                continue
            for a in range(i, i_end):
                yield row("-", f"{a + 1:>3}    ", went[a])
            for b in range(j, j_end):
                yield row("+", f"    {b + 1:>3}", came[b])
    if last[2] < len(before) or last[4] < len(after):
        yield row(" ", f"{'⋯':>3} {'⋯':>3}", "")


def _lines(text: str | bytes) -> list[str]:
    """Return the lines of a text, as the compiler counts them."""
    # Only the newline ends a line, as for the compiler; str.splitlines knows eleven others.
    known = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    return known.removesuffix("\n").split("\n") if known else []
