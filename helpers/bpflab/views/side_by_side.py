"""What several machines printed, side by side: common lines once, and lines that differ marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby
from string import ascii_uppercase

from bpflab.text import counted, safe_text
from bpflab.views.view import View, escaped, markup

_LINE = 512  # characters of one line
_TAB = 8
_RULE = re.compile(r"-+( -+)*")  # under a table's heads: as wide as what stands below it

_BOX = "overflow-x:auto;max-width:100%"
_TABLE = "margin:0;border-collapse:collapse"
_CAPTION = "caption-side:top;text-align:left;font-weight:600;padding:.3em .7em"
_CELL = "text-align:left;vertical-align:top;padding:.15em .7em"
_HEAD = _CELL + ";font-weight:normal"
_MONO = (
    ";white-space:pre-wrap;overflow-wrap:anywhere;min-width:10em;"
    "font-family:var(--jp-code-font-family,ui-monospace,monospace)"
)
# Okabe and Ito's vermilion, beside a sign and a word: told apart by every kind of colour vision.
_DIFFERS = ";border-left:4px solid #d55e00;background:rgba(213,94,0,.12)"
_NOTE = "margin:.3em .7em"


@dataclass(frozen=True)
class Side:
    """One machine: its name, and the lines that it printed."""

    name: str
    lines: Sequence[str]


def side_by_side(title: str, sides: Sequence[Side], note: str = "") -> View:
    """Return the lines of all *sides* under *title*; *note* stands below them.

    Sides that printed the same share a column, which has a letter. A line that all printed stands
    once. How many blanks stand between two words makes no difference.
    """
    columns = _columns(sides)
    rows = _rows([_printable(lines) for _, lines in columns])
    different = sum(not same for same, _ in rows)
    if len(columns) > 1:
        verb = "differs" if different == 1 else "differ"
        summary = f"{different} of {counted(len(rows), 'line')} {verb}"
    else:
        summary = "No line differs" if len(sides) > 1 else ""
    heads = [(ascii_uppercase[at], names) for at, (names, _) in enumerate(columns)]
    text = [safe_text(f"{title}: {summary}" if summary else title)]
    for letter, names in heads:
        text += [f"{letter if not at else ' '}  {name}" for at, name in enumerate(names)]
    text += ["", *_text(rows), *([safe_text(note)] if note else [])]
    return View(_html(text[0], heads, rows, note), "\n".join(text))


_Row = tuple[bool, list[str | None]]
"""Whether a line is the same everywhere, and what each column has there."""


def _columns(sides: Sequence[Side]) -> list[tuple[list[str], Sequence[str]]]:
    """Return the names of those that printed the same, and what they printed."""
    found: dict[tuple[str, ...], tuple[list[str], Sequence[str]]] = {}
    for side in sides:
        names, _ = found.setdefault(tuple(map(_key, side.lines)), ([], side.lines))
        names.append(safe_text(side.name))
    return list(found.values())


def _key(line: str) -> str:
    words = " ".join(line.split())
    return "-" if _RULE.fullmatch(words) else words


def _printable(lines: Sequence[str]) -> list[str]:
    return [safe_text(line.expandtabs(_TAB).rstrip(), _LINE) for line in lines]


def _rows(columns: Sequence[list[str]]) -> list[_Row]:
    """Return the lines of all columns, those that belong together in one row."""
    rows: list[list[str | None]] = [[line] for line in columns[0]] if columns else []
    for count, column in enumerate(columns[1:], start=1):
        keys = [next(_key(cell) for cell in row if cell is not None) for row in rows]
        match = SequenceMatcher(a=keys, b=[_key(line) for line in column], autojunk=False)
        merged: list[list[str | None]] = []
        for _, first, last, begin, end in match.get_opcodes():
            for at in range(max(last - first, end - begin)):
                row = rows[first + at] if first + at < last else [None] * count
                merged.append([*row, column[begin + at] if begin + at < end else None])
        rows = merged
    return [(len({cell and _key(cell) for cell in row}) == 1, row) for row in rows]


def _text(rows: list[_Row]) -> list[str]:
    """Return a line for each row that is the same; of others one with the letters of its columns.

    Where all columns have as many lines, those of one row stand together.
    """
    told = list[tuple[str, str]]()
    for same, run in groupby(rows, lambda row: row[0]):
        block = [cells for _, cells in run]
        if same:
            told += [("", cells[0] or "") for cells in block]
            continue
        lines = [list(_told(cells)) for cells in block]
        if all(None not in cells for cells in block):
            told += chain.from_iterable(lines)
        else:
            told += sorted(chain.from_iterable(lines), key=lambda line: line[0])
    width = max([2, *(len(letters) for letters, _ in told)])
    return [f"{letters:{width}} {line}".rstrip() for letters, line in told]


def _told(cells: list[str | None]) -> Iterator[tuple[str, str]]:
    """Yield what a row's columns have, each with the letters of the columns that have it."""
    letters: dict[str, str] = {}
    for letter, cell in zip(ascii_uppercase, cells, strict=False):
        if cell is not None:
            letters[_key(cell)] = letters.get(_key(cell), "") + letter
    for key, of in letters.items():
        yield f"{of}≠", next(cell for cell in cells if cell is not None and _key(cell) == key)


def _html(title: str, heads: list[tuple[str, list[str]]], rows: list[_Row], note: str) -> str:
    title = escaped(title)
    columns = "".join(
        f'<th scope="col" align="left" style="{_HEAD}"><strong>{letter}</strong> '
        f"{''.join(f'<div>{escaped(name)}</div>' for name in names)}</th>"
        for letter, names in heads
    )
    lines = [
        f'<div style="{_BOX}" tabindex="0" role="group" aria-label="{title}">',
        f'<table style="{_TABLE}"><caption style="{_CAPTION}">{title}</caption>',
        f"<thead><tr><td></td>{columns}</tr></thead>",
        "<tbody>",
        *(_html_row(same, cells) for same, cells in rows),
        "</tbody></table>",
        *([f'<p style="{_NOTE}">{markup(note)}</p>'] if note else []),
        "</div>",
    ]
    return "\n".join(lines)


def _html_row(same: bool, cells: list[str | None]) -> str:
    if same:
        span = f'<td colspan="{len(cells)}" align="left" style="{_CELL}{_MONO}">'
        return f'<tr><td style="{_CELL}"></td>{span}{escaped(cells[0] or "")}</td></tr>'
    marked = _marked(cells)
    each = "".join(
        f'<td align="left" style="{_CELL}{_MONO}{_DIFFERS}">{html}</td>' for html in marked
    )
    head = f'<th scope="row" align="left" style="{_HEAD};white-space:nowrap">≠ differs</th>'
    return f"<tr>{head}{each}</tr>"


def _marked(cells: list[str | None]) -> list[str]:
    """Return the cells of a row as HTML; what differs is bold, where it can be told.

    A table's columns are two blanks apart, and so are its cells told apart; else words are.
    """
    told = [cell for cell in cells if cell is not None]
    for blanks in (2, 1):
        parts = [re.split(rf"(?<=\S)(\s{{{blanks},}})(?=\S)", cell) for cell in told]
        if len(parts[0]) > 1 and len(set(map(len, parts))) == 1:
            break
    else:
        parts = []
    if len(parts) < len(cells):
        return ["<em>(no such line)</em>" if cell is None else escaped(cell) for cell in cells]
    same = [len(set(words)) == 1 for words in zip(*parts, strict=True)]
    for at in range(1, len(same), 2):  # blanks go with the words beside them
        same[at] = same[at - 1] or same[at + 1]
    return ["".join(_bold(part, same)) for part in parts]


def _bold(words: list[str], same: list[bool]) -> Iterator[str]:
    for plain, run in groupby(zip(words, same, strict=True), lambda pair: pair[1]):
        text = escaped("".join(word for word, _ in run))
        yield text if plain else f"<strong>{text}</strong>"
