"""The verifier's walk over C, line by line: a page with a slider, and the same as text.

The page needs no script and no kernel: the slider is a row of radio buttons, and the style sheet
shows the step whose button is chosen. Without style sheets every step is shown, one below the
other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from bpflab.errors import Place
from bpflab.text import counted, safe_text
from bpflab.verifier_log.visits import Visit, visits
from bpflab.verifier_log.walk import Walk
from bpflab.verifier_log.words import in_words, name_words
from bpflab.views.listing import coloured, listing, printable, row
from bpflab.views.view import View, escaped, figure
from bpflab.views.walk_paths import Branches, branches, title_of
from bpflab.views.walk_style import sheet

_MOST = 60
# JupyterLab takes the arrow keys and Enter, but of an element that has this.
_KEYS = ' data-lm-suppress-shortcuts="true"'
_REGISTER = re.compile(r"\bR\d\b")


def verifier_walk(title: str, walk: Walk, source: Sequence[Place], *, steps: int = _MOST) -> View:
    """Return the walk over the lines of *source*, at most *steps* of them.

    A step is one line of C on one path: the state of the registers and the stack after it, what
    changed, and its instructions. Of a refused program it begins at the refused line.
    """
    every = visits(walk, list(source))
    shown, left = _chosen(walk, every, steps)
    paths = branches(walk, every, shown)
    head = _summary(walk, left)
    text = "\n".join([safe_text(title), *head, *_text(shown, paths)])
    if not shown:
        return View(figure(title, *(f"<p>{escaped(line)}</p>" for line in head)), text)
    first = len(shown) - 1 if walk.message else 0
    body = [
        f"<p>{'<br>'.join(map(escaped, head))}</p>",
        _slider(shown, paths, first),
        '<div class="c">',
        _listing(shown, source),
        "<div>",
        *(_section(shown, at, paths, walk) for at in range(len(shown))),
        "</div>",
        "</div>",
    ]
    scope = "vw" + hashlib.sha256("\n".join([title, *body]).encode()).hexdigest()[:10]
    style = f"<style>{sheet(scope, [_line_class(visit.place) for visit in shown])}</style>"
    # A form keeps the buttons of two views apart. Its method closes a dialog: it sends nothing.
    form = f'<form class="{scope}" method="dialog">'
    return View(figure(title, form, style, *body, "</form>"), text)


def _chosen(walk: Walk, every: list[Visit], most: int) -> tuple[list[Visit], int]:
    """Return the visits that are shown, and how many are not.

    Of a refused program they are those on the way to the refusal, if not all have their place.
    """
    if len(every) <= most:
        return every, 0
    if not walk.message:
        return every[:most], len(every) - most
    way, path, end = list[Visit](), every[-1].path, len(walk.steps)
    while path >= 0:
        way = [visit for visit in every if visit.path == path and visit.first < end] + way
        parent = walk.paths[path].parent
        path, end = (walk.steps[parent].path, parent + 1) if parent >= 0 else (-1, 0)
    return way[-most:], len(every) - min(len(way), most)


def _summary(walk: Walk, left: int) -> list[str]:
    if walk.message:
        lines = [f"The verifier refuses it: {safe_text(walk.message.splitlines()[0], 300)}"]
        lines += [f"The kernel's reason: {safe_text(walk.reason, 600)}"] if walk.reason else []
    else:
        lines = ["The verifier accepts it."] if walk.processed else []
    count, safe = len(walk.paths), sum(path.end == "safe" for path in walk.paths)
    if walk.processed:
        every = walk.whole and any(path.to == 0 for path in walk.paths)
        on = f", on {counted(count, 'path')}" if every else ""
        lines.append(f"It looked at {walk.processed} instructions{on}.")
    if walk.processed and not walk.steps:
        lines.append(
            "That is too much to show. With fewer rounds of its loop the steps can be shown."
        )
    if walk.steps and not walk.whole and not walk.message:
        lines.append("Its log is too long: this is the beginning of it.")
    if safe:
        one = safe == 1
        lines.append(
            f"{safe} path{'' if one else 's'} stop{'s' if one else ''} early: the verifier had "
            "checked that instruction before, with a state that allows at least as much."
        )
    if left:
        lines.append(f"{left} more steps are not shown: steps=… shows more.")
    return lines


def _slider(shown: list[Visit], paths: Branches, first: int) -> str:
    rows, before = list[str](), -1
    for at, visit in enumerate(shown):
        rows += [f"{_path(paths, path)} " for path in paths.new(before, visit.path)]
        before = max(before, visit.path)
        chosen = " checked" if at == first else ""
        name = escaped(f"step {at + 1} of {len(shown)}: {title_of(visit)}")
        rows.append(
            f'<label><input type="radio" name="step" class="k{at}"{_KEYS}{chosen}>'
            f"<span>{name}</span></label>"  # aria-label: JupyterLab takes it from a stranger's page
        )
    rows += [_path(paths, path) for path in paths.new(before, paths.last)]
    return f'<div class="b">{"".join(rows).removeprefix("</p>")}</p></div>'


def _path(paths: Branches, path: int) -> str:
    """Return the beginning of a path's row, after the end of the row before."""
    deep = f' style="margin-left:{min(paths.depth(path), 6)}em"'
    return f"</p>\n<p{deep}><span>{escaped(paths.label(path))}</span>"


def _line_class(place: Place | None) -> str:
    """Return the class of a line in the listing, or nothing."""
    if not place:
        return ""
    name = hashlib.sha256(place.file.encode()).hexdigest()[:4]
    return f"l{name}-{place.line}"


def _listing(shown: list[Visit], source: Sequence[Place]) -> str:
    """Return the lines of C that the walk is over, each with the line before it and after it."""
    seen = {visit.place for visit in shown if visit.place}
    near = {
        at
        for at, place in enumerate(source)
        if any(
            beside in seen and beside.file == place.file
            for beside in source[max(at - 1, 0) : at + 2]
        )
    }
    rows, before = list[str](), -1
    htmls = coloured(printable([place.text for place in source]))
    several = len({source[at].file for at in near}) > 1
    for at in sorted(near):
        place = source[at]
        if several and (before < 0 or source[before].file != place.file):
            rows.append(row(" ", "", f"<em>{escaped(safe_text(place.file))}</em>"))
        elif before >= 0 and at > before + 1:
            rows.append(row(" ", "  ⋯", ""))
        name = _line_class(place)
        rows.append(f'<span class="{name}">{row(" ", f"{place.line:>3}", htmls[at])}</span>')
        before = at
    return listing(rows)


def _section(shown: list[Visit], at: int, paths: Branches, walk: Walk) -> str:
    visit = shown[at]
    last = at == len(shown) - 1 and bool(walk.message)
    code = escaped(safe_text(visit.text)) or "(code of the compiler)"
    where = f"Step {at + 1} of {len(shown)}, path {visit.path + 1}: {title_of(visit)}"
    parts = [f'<section class="s s{at}">', f"<p><b>{escaped(where)}</b><br><code>{code}</code></p>"]
    if last:
        parts.append(
            f"<p><strong>✗ {'<br>'.join(escaped(x) for x in _lines(walk.message))}</strong></p>"
        )
    parts += [f"<p>{escaped(line)}</p>" for line in paths.notes(visit)]
    parts.append(_states(visit, _when(visit, last), walk.message if last else ""))
    instructions = "\n".join(_instructions(visit))
    count = counted(len(visit.steps), "instruction")
    parts.append(
        f'<details><summary{_KEYS}>{count}</summary><pre tabindex="0">{escaped(instructions)}</pre>'
        "</details></section>"
    )
    return "\n".join(parts)


def _when(visit: Visit, refused: bool) -> str:
    if refused:
        return "before the refused instruction"
    return "after it" if visit.steps[-1].told else "before its last instruction"


def _lines(text: str) -> list[str]:
    return [safe_text(line, 300) for line in text.splitlines()[:4]]


def _states(visit: Visit, when: str, refused: str) -> str:
    """Return the state after a visit as a table: what is new in it comes first."""
    rows = []
    for name, words, mark in states(visit, refused):
        new = ' class="n"' if mark else ""
        rows.append(
            f'<tr{new}><td>{mark}</td><th scope="row">{escaped(name)}</th>'
            f"<td>{escaped(words)}</td></tr>"
        )
    caption = f"<caption>What is known {when}</caption>"
    head = '<tr><td></td><th scope="col">where</th><th scope="col">what</th></tr>'
    if not rows:
        return "<p>Nothing is known yet.</p>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def states(visit: Visit, refused: str = "") -> list[tuple[str, str, str]]:
    """Return what is known after a visit: where, what, and a mark where it changed.

    *refused* is why its last instruction is refused: a register that this names and nobody knows
    is there as well. The frame pointer never changes, and is left out.
    """
    after, new = visit.after, set(visit.changes)
    names = sorted(after, key=lambda name: (name not in new, name[0] != "R", _number(name)))
    rows = [
        (name_words(name), safe_text(in_words(name, after[name])), "•" if name in new else "")
        for name in names
        if name != "R10"
    ]
    gone = sorted((name for name in new if name not in after), key=_number)
    rows += [(name_words(name), "nothing any more", "•") for name in gone]
    missing = [name for name in _REGISTER.findall(refused) if name not in {*after, *gone}]
    return [*((name_words(name), "nothing that can be used", "✗") for name in missing), *rows]


def _number(name: str) -> int:
    return abs(int(name.removeprefix("fp").removeprefix("R")))


def _instructions(visit: Visit) -> list[str]:
    """Return the instructions, each with what changed, as the kernel writes it."""
    return [f"{step.insn}: {steady(step.code)}" for step in visit.steps]


def steady(code: str) -> str:
    """Return an instruction without the kernel's address of a map."""
    head, sign, value = code.partition(" = 0xffff")
    return safe_text(f"{head} = map" if sign and len(value) >= 8 else code)


def _text(shown: list[Visit], paths: Branches) -> list[str]:
    lines, before = list[str](), -1
    for at, visit in enumerate(shown):
        lines += [f"path {paths.label(path)}" for path in paths.new(before, visit.path)]
        before = max(before, visit.path)
        lines.append(f"{at + 1:>4}  {title_of(visit)}  {safe_text(visit.text)}".rstrip())
        lines += [f"        {name}: {words}" for name, words, mark in states(visit) if mark]
    return lines + [f"path {paths.label(path)}" for path in paths.new(before, paths.last)]
