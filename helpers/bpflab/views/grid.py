"""The bytes of a buffer in hex and text, each coloured by where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, TypeVar

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import counted, safe_text
from bpflab.views.kinds import OF_STRINGS, Kinds, own
from bpflab.views.origins import WORD, leftovers_start, summary
from bpflab.views.origins import origins as of_string
from bpflab.views.view import View, escaped

_BYTES = 2 * WORD  # a line
_FIGURE = "margin:0;max-width:100%;overflow-x:auto"
_TABLE = "margin:0;border-collapse:collapse;white-space:nowrap"
_CAPTION = "caption-side:top;text-align:left;font-weight:600;padding:.3em .7em;white-space:normal"
_BODY = (
    "font-family:var(--jp-code-font-family,ui-monospace,monospace);"
    "font-size:var(--jp-code-font-size,13px)"
)
_ROW = "background:none"  # no stripes: here a background means something
_CELL = "text-align:left;padding:.25em .6em;white-space:pre"
_SPLIT = _CELL + ";border-left:1px solid var(--jp-border-color1,rgba(128,128,128,.6))"
_OFFSET = "text-align:right;padding:.25em .6em;font-weight:400"
_HEAD = "text-align:left;padding:.6em .6em .25em"
_LEGEND = "margin:0;padding:.4em .6em;display:flex;flex-wrap:wrap;gap:.2em 1.4em;list-style:none"
_SAMPLE = "white-space:pre;padding:0 .1em;margin-right:.3em;" + _BODY + ";"


T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Grid(View):
    """Buffers in hex and text.

    Attributes:
        left_over_from: the lowest offset of a byte that an earlier string left, or None.
    """

    left_over_from: int | None = None


@checked
def grid(
    values: Mapping[str, bytes] | bytes,
    title: str,
    *,
    length: Mapping[str, int] | int | None = None,
    before: Mapping[str, bytes] | bytes = b"",
    origins: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    meanings: Mapping[str, str] | None = None,
    rows: int = 8,
) -> Grid:
    """Return buffers in hex and text, 16 bytes a line, each byte marked with its origin.

    *values* is one buffer, or several by name (``"cpu 0"``); what else is given of them may be by
    the same names. A string was read into each: *length* is what ``bpf_probe_read_user_str``
    returned, by default up to the first NUL, and *before* the buffer as it was, zeros where that is
    not known. A byte is of this string or its NUL, left over from an earlier string, zeroed when
    this string was read, or never written (`bpflab.views.origins` has the rules).

    Offsets are decimal, as lengths are. Lines of one and the same byte and origin become one that
    counts them; what *rows* lines do not hold is counted below. Where the bytes are of no string,
    *origins* has a word for each byte, and *meanings* what each word means: four words at most,
    each with another first letter, which is its sign.

    Raises:
        LabError: ``grid-origins`` where a buffer and its origins do not fit each other.

    >>> grid(b"/bin/ls\0/id\0", "BUF after a short path").left_over_from
    8
    """
    buffers = {"": values} if isinstance(values, bytes) else values
    if origins is None:
        by_name: Mapping[str, Sequence[str]] = {
            name: of_string(now, _length(now, _of(length, name, None)), _of(before, name, b""))
            for name, now in buffers.items()
        }
    else:
        by_name = origins if isinstance(origins, Mapping) else {"": origins}
    kinds = OF_STRINGS if meanings is None else own(meanings)
    parts = []
    for name, value in buffers.items():
        found = by_name.get(name, ())
        if len(found) != len(value) or not set(found) <= kinds.meanings.keys():
            which = counted(len(value)) + (f" of {safe_text(name, 80)}" if name else "")
            message = f"{len(found)} origins do not fit {which}."
            fix = f"Give one of these for each byte: {', '.join(kinds.meanings)}."
            raise LabError("grid-origins", message, fix=fix)
        said = summary(found) if meanings is None else kinds.count(found)
        head = said if value else "an empty buffer"
        named = head if buffers is not values else f"{safe_text(name, 80)}: {head}"
        parts.append((named, list(_lines(value, found, rows, kinds))))
    seen = {origin for name in buffers for origin in by_name[name]}
    legend = [origin for origin in kinds.meanings if origin in seen]
    starts = [leftovers_start(by_name[name]) for name in buffers]
    first = min((start for start in starts if start is not None), default=None)
    shown = safe_text(title)
    html, text = _html(shown, parts, legend, kinds), _text(shown, parts, legend, kinds)
    return Grid(html, text, first)


def _of(given: Mapping[str, T] | T, name: str, without: T) -> T:
    """Return what was given for a buffer, by its name or for all."""
    return given.get(name, without) if isinstance(given, Mapping) else given


def _length(now: bytes, given: int | None) -> int:
    """Return the length that was given, or the place behind the first NUL."""
    return (now.find(0) + 1 or len(now) + 1) if given is None else given


class _Line(NamedTuple):
    """Some bytes from *offset* on, or, where there is a *note*, words in their place."""

    offset: int
    value: bytes
    origins: Sequence[str]
    note: str = ""

    def words(self) -> Iterator[tuple[int, bytes, Sequence[str]]]:
        """The offset, the bytes and the origins of each word."""
        for at in range(0, len(self.value), WORD):
            part = slice(at, at + WORD)
            yield self.offset + at, self.value[part], self.origins[part]


def _lines(value: bytes, origins: Sequence[str], rows: int, kinds: Kinds) -> Iterator[_Line]:
    """Yield *value* in lines, at most *rows*, and one that counts the rest."""
    parts = [slice(at, at + _BYTES) for at in range(0, len(value), _BYTES)]
    lines: list[_Line] = []
    every = (_Line(part.start, value[part], origins[part]) for part in parts)
    for pairs, run in groupby(every, lambda line: {*zip(line.value, line.origins, strict=True)}):
        found = list(run)
        if len(pairs) == 1 and len(found) > 1:
            ((byte, origin),) = pairs
            count = counted(sum(len(line.value) for line in found))
            found = [_Line(found[0].offset, b"", (), f"… {count}, each {byte:02x}, {origin}")]
        lines += found
    shown = len(lines) if len(lines) <= rows + 1 else max(rows, 0)
    yield from lines[:shown]
    if rest := lines[shown:]:
        hidden = Counter(origins[rest[0].offset :])
        what = ", ".join(
            f"{hidden[origin]} {origin}" for origin in kinds.meanings if hidden[origin]
        )
        note = f"… {counted(hidden.total())} not shown: {what}"
        yield _Line(rest[0].offset, b"", (), note)


def _ascii(value: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in value)


def _signs(origins: Sequence[str], kinds: Kinds) -> str:
    return "".join(kinds.signs[origin] for origin in origins)


def _html(title: str, parts: list[tuple[str, list[_Line]]], legend: list[str], kinds: Kinds) -> str:
    heads = "".join(
        f'<th scope="col" align="left" style="{_SPLIT if at else _CELL}">{head}</th>'
        for at, head in enumerate(["offset", "bytes 0 to 7", "8 to 15", "text", "origin"])
    )
    bodies = []
    for head, lines in parts:
        named = (
            f'<th colspan="5" scope="rowgroup" align="left" style="{_HEAD}">{escaped(head)}</th>'
        )
        bodies += [f'<tbody style="{_BODY}">', f'<tr style="{_ROW}">{named}</tr>']
        bodies += [*(_row(line, kinds) for line in lines), "</tbody>"]
    items = [
        f'<li><span style="{_SAMPLE}{kinds.looks[origin]}"> {escaped(kinds.signs[origin])} </span> '
        f"<strong>{escaped(origin)}</strong>: {escaped(kinds.meanings[origin])}</li>"
        for origin in legend
    ]
    return "\n".join(
        [
            # A box that scrolls must be reachable from the keyboard, and then it needs a name.
            f'<div style="{_FIGURE}" tabindex="0" role="group" aria-label="{escaped(title)}">',
            f'<table style="{_TABLE}">',
            f'<caption style="{_CAPTION}">{escaped(title)}</caption>',
            f'<thead><tr style="{_ROW}">{heads}</tr></thead>',
            *bodies,
            "</table>",
            *([f'<ul aria-label="legend" style="{_LEGEND}">', *items, "</ul>"] if items else []),
            "</div>",
        ]
    )


def _row(line: _Line, kinds: Kinds) -> str:
    head = f'<th scope="row" align="right" style="{_OFFSET}">{line.offset}</th>'
    if line.note:
        note = f'<td colspan="4" style="{_SPLIT}"><em>{escaped(line.note)}</em></td>'
        return f'<tr style="{_ROW}">{head}{note}</tr>'
    words = list(line.words())
    cells = [_spans(value, origins, kinds, offset) for offset, value, origins in words]
    cells += [""] * (_BYTES // WORD - len(cells))
    cells.append(_spans(line.value, line.origins, kinds))
    cells.append(" ".join(escaped(_signs(origins, kinds)) for _, _, origins in words))
    filled = "".join(f'<td align="left" style="{_SPLIT}">{cell}</td>' for cell in cells)
    return f'<tr style="{_ROW}">{head}{filled}</tr>'


def _spans(value: bytes, origins: Sequence[str], kinds: Kinds, offset: int | None = None) -> str:
    """Return each run of one origin in its looks: as hex, or where there is no offset as text."""
    spans, at = [], 0
    for origin, run in groupby(origins):
        end = at + len(list(run))
        text = _ascii(value[at:end]) if offset is None else value[at:end].hex(" ")
        hint = "" if offset is None else f' title="{escaped(origin)}, from offset {offset + at}"'
        spans.append(f'<span style="{kinds.looks[origin]}"{hint}>{escaped(text)}</span>')
        at = end
    return ("" if offset is None else " ").join(spans)


def _text(title: str, parts: list[tuple[str, list[_Line]]], legend: list[str], kinds: Kinds) -> str:
    text = [title]
    digits = max([len(str(line.offset)) for _, lines in parts for line in lines], default=1)
    for head, lines in parts:
        text += ["", head]
        hexes = [" | ".join(value.hex(" ") for _, value, _ in line.words()) for line in lines]
        full = max(map(len, hexes), default=0)
        for line, digits_of in zip(lines, hexes, strict=True):
            at = f"{line.offset:>{digits + 2}}  "
            if line.note:
                text.append(at + line.note)
                continue
            text.append(f"{at}{digits_of:<{full}}  {_ascii(line.value)}".rstrip())
            under = "  | ".join("  ".join(_signs(origins, kinds)) for _, _, origins in line.words())
            text.append((" " * len(at) + under).rstrip())
    means = [f"{kinds.signs[name]} {safe_text(name)}: {kinds.meanings[name]}" for name in legend]
    return "\n".join([*text, *([""] if means else []), *means])
