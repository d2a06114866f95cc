"""A chain of programs as a graph: who calls whom, how often, and where a call falls through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any, cast

from bpflab.arguments import checked
from bpflab.arguments.kinds import shown
from bpflab.errors import LabError
from bpflab.text import safe_text, width
from bpflab.views.graph import KINDS, Edge, Kind, drawing
from bpflab.views.svg import label, picture
from bpflab.views.view import View, escaped, figure, markup

_SHAFTS = {"jump": "-", "return": "=", "fall through": "."}
_BOX = "overflow-x:auto;max-width:100%;padding:.3em 0"


@checked
def flow(title: str, nodes: Sequence[Sequence[str]], edges: Iterable[Sequence[Any]]) -> View:
    """Return *nodes*, in columns from left to right, and how often each edge was taken.

    An edge is a tuple: from which node, to which, how often, and what it is if it is no
    ``"jump"``: a ``"return"``, or a ``"fall through"``, which is a tail call that failed. It leads
    to a column further right. Edges of the same ends and kind are added up. A node that nothing
    leaves and no jump reaches is an end, and round. The text has one line an edge, in the order of
    *nodes*.

    Raises:
        LabError: ``flow-edge`` where an edge is no such tuple, has an unknown node or kind, a
            negative count, or does not lead to the right.

    >>> print(flow("Chain", [["hook"], ["filter"], ["end"]], [
    ...     ("hook", "filter", 7), ("filter", "end", 7, "return")]))
    Chain
    hook    --7--> filter  jump
    filter  ==7==> end     return
    """
    columns = [names for names in nodes if names]
    taken = _in_order(columns, edges)
    text = _text([name for names in columns for name in names], taken)
    alt = "; ".join(" ".join(line.split()) for line in [safe_text(title), *text.split("\n")])
    svg, wide = drawing(columns, taken)
    html = figure(
        title,
        f'<div style="{_BOX}" tabindex="0" role="group" aria-label="{markup(title)}">',
        picture(svg, alt, wide),
        "</div>",
        f"<details><summary>as text</summary><pre>{escaped(text)}</pre></details>",
    )
    return View(html, f"{safe_text(title)}\n{text}")


def _edge(given: Sequence[Any]) -> Edge:
    """Return an edge of what was given for it."""
    match given:
        case [str() as src, str() as dst, Integral() as count]:
            return Edge(src, dst, int(count))
        case [str() as src, str() as dst, Integral() as count, str() as kind]:
            return Edge(src, dst, int(count), cast(Kind, kind))
    message = f"An edge cannot be {shown(given)}."
    fix = 'Write ("hook", "filter", 7), or with its kind ("filter", "end", 7, "return").'
    raise LabError("flow-edge", message, fix=fix)


def _in_order(columns: Sequence[Sequence[str]], edges: Iterable[Sequence[Any]]) -> list[Edge]:
    """Return the edges in the order of the nodes and of kinds, those that are alike as one."""
    column_of = {name: at for at, names in enumerate(columns) for name in names}
    order, counts = list(column_of), Counter[tuple[str, str, Kind]]()
    for edge in map(_edge, edges):
        src, dst = label(edge.src), label(edge.dst)
        if unknown := [name for name in (edge.src, edge.dst) if name not in column_of]:
            message, fix = f"There is no node {label(unknown[0])}.", "Name it in nodes."
            raise LabError("flow-edge", message, fix=fix)
        if edge.kind not in KINDS or edge.count < 0:
            message = f"An edge cannot be {label(edge.kind)}, {edge.count} times."
            fix = f"It is one of {', '.join(KINDS)}, 0 times or more."
            raise LabError("flow-edge", message, fix=fix)
        if column_of[edge.src] >= column_of[edge.dst]:
            message = f"The edge from {src} to {dst} does not lead to the right."
            fix = f"Name {dst} in a column after that of {src}."
            raise LabError("flow-edge", message, fix=fix)
        counts[edge.src, edge.dst, edge.kind] += edge.count
    taken = [Edge(src, dst, count, kind) for (src, dst, kind), count in counts.items()]
    return sorted(
        taken, key=lambda e: (order.index(e.src), order.index(e.dst), KINDS.index(e.kind))
    )


def _text(names: list[str], edges: list[Edge]) -> str:
    wide = max((width(label(name)) for name in names), default=0)
    digits = max((len(str(edge.count)) for edge in edges), default=1)
    lines = []
    for edge in edges:
        c = _SHAFTS[edge.kind]
        src, dst = (
            name + " " * (wide - width(name)) for name in (label(edge.src), label(edge.dst))
        )
        lines.append(f"{src}  {c * 2}{edge.count:{c}>{digits}}{c * 2}> {dst}  {edge.kind}")
    met = {name for edge in edges for name in (edge.src, edge.dst)}
    lines += [f"{label(name)}  (no edge)" for name in names if name not in met]
    return "\n".join(lines or ["no programs"])
