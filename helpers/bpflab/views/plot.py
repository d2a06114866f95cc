"""Numbers as lines: a chart as an image of SVG, with its table as text."""

from __future__ import annotations

import io
import threading
import warnings
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.figure import Figure

from bpflab.text import safe_text
from bpflab.views.table import table
from bpflab.views.view import View, markup, picture

# Okabe and Ito's colours, each with a marker of its own: colour is never the only cue.
_STYLES = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#b8860b", "v"))
_DASHES = ("-", "--", ":")  # for the sixth line and those after it
_INK = "#010203"  # stands for the page's text colour until the SVG is written
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it scales, and the page's font draws it
    "font.family": "sans-serif",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    ),
}
_LABEL = 40  # characters of a name in the chart; its table has them all
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_STYLE = "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt"
_alone = threading.Lock()  # matplotlib's settings and Python's warnings are the whole process's


def lines(frame: pd.DataFrame, caption: str, *, y: str, log: bool = False) -> View:
    """Return *frame* as a chart: a line for each column over the index, *y* naming their unit.

    The index's name labels the x axis; an index of words stands in its own order. With *log* both
    axes of numbers are logarithmic, if any point has its place there; the others are gaps, as
    missing numbers are. The text twin is the same numbers as a table.
    """
    with _alone, rc_context(), warnings.catch_warnings():
        # The page's font has more characters than the one that matplotlib measures with.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        rcdefaults()  # the reader's own style would change the chart, and its bytes
        rcParams.update(_SETTINGS)
        svg = _svg(_figure(frame, y, log))
    twin = table(frame, caption).text
    said = "; ".join(twin.split("\n"))
    html = (
        '<figure style="margin:0;max-width:100%" role="group">\n'
        f'<figcaption style="font-weight:600;padding:.3em 0">{markup(caption)}</figcaption>\n'
        f"{picture(svg, said)}\n</figure>"
    )
    return View(html, twin)


def _figure(frame: pd.DataFrame, y: str, log: bool) -> Figure:
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    axes = figure.add_subplot()
    across, columns = _places(frame.index), [frame.iloc[:, at] for at in range(frame.shape[1])]
    labels = [_plain(name) for name in frame.columns]
    heights = [_numbers(column) for column in columns]
    for at, height in enumerate(heights):
        colour, marker = _STYLES[at % len(_STYLES)]
        dash = _DASHES[at // len(_STYLES) % len(_DASHES)]
        axes.plot(across, height, color=colour, marker=marker, linestyle=dash)
    axes.set(xlabel=_plain(frame.index.name or ""), ylabel=_plain(y))
    if log and any((height[_above_0(across)] > 0).any() for height in heights):
        axes.set_yscale("log", nonpositive="mask")
        if isinstance(across, np.ndarray):
            axes.set_xscale("log", nonpositive="mask")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if len(labels) > 1:
        # Named when it is made, a line whose name starts with "_" would be left out.
        legend = axes.legend(axes.lines, ["x"] * len(labels), loc="best", frameon=False)
        for text, label in zip(legend.get_texts(), labels, strict=True):
            text.set_text(label)
    return figure


def _places(index: pd.Index[Any]) -> Any:
    """Return where on the x axis the rows are: at numbers, an array; at times, or at words."""
    if pd.api.types.is_numeric_dtype(index):
        return index.to_numpy(dtype=float, na_value=np.nan)
    if pd.api.types.is_datetime64_any_dtype(index):
        return index
    return [_plain(label) for label in index]


def _above_0(across: Any) -> Any:
    return across > 0 if isinstance(across, np.ndarray) else slice(None)


def _numbers(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Return a column as floats; what is no number is a gap."""
    numbers: pd.Series[Any] = pd.to_numeric(column, errors="coerce")
    return numbers.to_numpy(dtype=float, na_value=np.nan)


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(out, format="svg", transparent=True, metadata=metadata)
    root = ET.fromstring(out.getvalue())
    marks = {f"#{path.get('id')}": path for path in root.iter(f"{_SVG}path") if path.get("id")}
    own = _own(root, marks)
    own.set("style", _STYLE)
    own.set("xmlns", _SVG[1:-1])
    return ET.tostring(own, encoding="unicode")


def _own(node: ET.Element, marks: dict[str, ET.Element]) -> ET.Element:
    """Return *node* without what would reach beyond its chart: ids, and a style for all the page.

    The same chart may stand on a page twice, and a browser looks an id up in the page. So each mark
    is drawn where it is used.
    """
    tag, has = node.tag.removeprefix(_SVG), dict(node.attrib)
    parts = [child for child in node if child.tag != f"{_SVG}defs"]
    if tag == "use":
        tag, parts = "g", [marks[has.pop(_HREF)]]
        has["transform"] = f"translate({has.pop('x')} {has.pop('y')})"
    for name in ("id", "clip-path"):  # nothing is drawn beyond the axes: they hold all numbers
        has.pop(name, None)
    if "style" in has:
        has["style"] = has["style"].replace(_INK, "currentColor")
    own = ET.Element(tag, {name: " ".join(value.split()) for name, value in has.items()})
    own.text = node.text if node.text and node.text.strip() else None
    own.extend([_own(part, marks) for part in parts])
    return own


def _plain(label: object) -> str:
    """Return a label that matplotlib does not take for mathematics."""
    text = safe_text(label if isinstance(label, str | bytes) else str(label), _LABEL)
    return text.replace("$", r"\$")
