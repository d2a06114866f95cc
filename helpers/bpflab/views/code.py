"""C source as a reader wants it: numbered, marked, and compared with the step before."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.views.listing import clean, coloured, figure, lines_of, row
from bpflab.views.view import View, markup


@checked
def code(text: str | bytes, title: str, *, start: int = 1, marks: Iterable[str] = ()) -> View:
    """Return C source with line numbers; lines that hold one of *marks* have a sign and a colour.

    *start* is the number of the first line. A mark is text, since lines move when the file changes.

    Raises:
        LabError: ``no-mark`` where no line holds one of them.

    >>> print(code("int x;\\nint y;", "two.c", start=7, marks=["y;"]))
    two.c
        7  int x;
    >   8  int y;
    """
    lines = lines_of(text)
    marked = {at for mark in marks for at in _holding(lines, mark, title)}
    numbered = list(enumerate(map(clean, lines), start))
    signs = [">" if at in marked else " " for at in range(len(lines))]
    rows = [
        row(sign, f"{number:>3}", html)
        for sign, (number, _), html in zip(signs, numbered, coloured(lines), strict=True)
    ]
    plain = [
        f"{sign} {number:>3}  {line}".rstrip()
        for sign, (number, line) in zip(signs, numbered, strict=True)
    ]
    return View(figure(title, rows), "\n".join([safe_text(title), *plain]))


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
    before, after = lines_of(old), lines_of(new)
    titles = safe_text(old_title), safe_text(new_title)
    unified = list(difflib.unified_diff(before, after, *titles, lineterm="", n=context))
    if not unified:
        said = f"no difference between {titles[0]} and {titles[1]}"
        return View(f"<p><em>{markup(said, len(said))}</em></p>", said)
    text = [*unified[:2], *(_kept(line) for line in unified[2:])]
    rows = list(_changes(before, after, context))
    return View(figure(f"{old_title} → {new_title}", rows), "\n".join(text))


def _holding(lines: list[str], mark: str, title: str) -> list[int]:
    """Return where in *lines* a mark is."""
    found = [at for at, line in enumerate(lines) if isinstance(mark, str) and mark in line]
    if not found:
        message = f"No line of {safe_text(title)} holds {safe_text(repr(mark))}."
        raise LabError("no-mark", message, fix="A mark is a part of a line, letter by letter.")
    return found


def _changes(before: list[str], after: list[str], context: int) -> Iterator[str]:
    went, came = coloured(before), coloured(after)
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


def _kept(line: str) -> str:
    return "\t".join(safe_text(part, len(part)) for part in line.split("\t"))
