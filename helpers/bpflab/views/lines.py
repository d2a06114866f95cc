"""Numbers as lines over an index: an image of SVG, with its table as text."""

from __future__ import annotations

import pandas as pd

from bpflab.views.svg import label, picture
from bpflab.views.table import table
from bpflab.views.view import View, figure


def lines(frame: pd.DataFrame, caption: str, *, unit: str, loglog: bool = False) -> View:
    """Return *frame* as a chart: a line for each column over the index, *unit* on the y axis.

    The index's name labels the x axis. Words stand in their own order, times at the seconds since
    the first. With *loglog* both axes of numbers are logarithmic, if any point has its place there;
    the others are gaps, as missing numbers are. Each line has a mark of its own shape: at each of
    its points where they are few. The text twin is the same numbers as a table.

    >>> lines(pd.DataFrame({"hash": [1.5, 2.5]}, index=[10, 20]), "Cost", unit="ns")
    """
    from bpflab.views import line_chart  # late, since it brings matplotlib

    twin = table(frame, caption).text
    drawing = picture(
        line_chart.drawing(frame, label(unit), loglog), alt="; ".join(twin.split("\n"))
    )
    return View(figure(caption, drawing), twin)
