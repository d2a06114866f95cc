"""A chain of programs as a graph: who calls whom, how often, and where a call falls through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text, width
from bpflab.views.graph import KINDS, Arc, Kind, Node, drawing
from bpflab.views.svg import label, picture
from bpflab.views.view import View, escaped, figure, markup

_SHAFTS = {"jump": "-", "return": "=", "fall through": "."}
_BOX = "overflow-x:auto;max-width:100%;padding:.3em 0"


@dataclass(frozen=True)
class Edge:
    """So many calls from *src* to *dst*: a tail call, a return, or a tail call that failed."""

    src: str
    dst: str
    count: int
    kind: Kind = "jump"


@checked
def flow(title: str, nodes: Sequence[Sequence[str]], edges: Iterable[Edge]) -> View:
    """Return *nodes*, in columns from left to right, and how often each edge was taken.

    An edge leads to a column further right. A node that nothing leaves and no jump reaches is an
    end, and round. The text has one line an edge, in the order of *nodes*.

    Raises:
        LabError: ``flow-edge`` where an edge has an unknown node, or does not lead to the right.

    >>> print(flow("Chain", [["hook"], ["filter"], ["end"]], [
    ...     Edge("hook", "filter", 7), Edge("filter", "end", 7, "return")]))
    Chain
    hook    --7--> filter  jump
    filter  ==7==> end     return
    """
    places = {
        name: Node(label(name), column, row)
        for column, names in enumerate(filter(len, nodes))
        for row, name in enumerate(names)
    }
    arcs = _arcs(places, edges)
    text = _text(list(places.values()), arcs)
    alt = "; ".join(" ".join(line.split()) for line in [safe_text(title), *text.split("\n")])
    svg, wide = drawing(list(places.values()), arcs)
    html = figure(
        title,
        f'<div style="{_BOX}" tabindex="0" role="group" aria-label="{markup(title)}">',
        picture(svg, alt, wide),
        "</div>",
        f"<details><summary>as text</summary><pre>{escaped(text)}</pre></details>",
    )
    return View(html, f"{safe_text(title)}\n{text}")


def _arcs(places: dict[str, Node], edges: Iterable[Edge]) -> list[Arc]:
    arcs = []
    for edge in edges:
        src, dst = label(edge.src), label(edge.dst)
        if unknown := [name for name in (edge.src, edge.dst) if name not in places]:
            message, fix = f"There is no node {label(unknown[0])}.", "Name it in nodes."
            raise LabError("flow-edge", message, fix=fix)
        if places[edge.src].column >= places[edge.dst].column:
            message = f"The edge from {src} to {dst} does not lead to the right."
            raise LabError("flow-edge", message, fix=f"Name {dst} in a column after that of {src}.")
        arcs.append(Arc(places[edge.src], places[edge.dst], edge.kind, int(edge.count)))
    order = {node: at for at, node in enumerate(places.values())}
    return sorted(arcs, key=lambda arc: (order[arc.src], order[arc.dst], KINDS.index(arc.kind)))


def _text(nodes: list[Node], arcs: list[Arc]) -> str:
    wide = max((width(node.name) for node in nodes), default=0)
    digits = max((len(str(arc.times)) for arc in arcs), default=1)
    lines = []
    for arc in arcs:
        c = _SHAFTS[arc.kind]
        src, dst = (node.name + " " * (wide - width(node.name)) for node in arc[:2])
        lines.append(f"{src}  {c * 2}{arc.times:{c}>{digits}}{c * 2}> {dst}  {arc.kind}")
    met = {node for arc in arcs for node in arc[:2]}
    lines += [f"{node.name}  (no edge)" for node in nodes if node not in met]
    return "\n".join(lines or ["no programs"])
