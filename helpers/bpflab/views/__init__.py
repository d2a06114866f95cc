"""What a reader sees: pure functions of data, each with HTML and a text that says the same."""

from bpflab.views.accounting import accounted
from bpflab.views.bars import bars
from bpflab.views.code import code, diff
from bpflab.views.flow import flow
from bpflab.views.graph import Edge
from bpflab.views.grid import grid
from bpflab.views.histogram import histogram
from bpflab.views.lines import lines
from bpflab.views.origins import leftovers_start, origins
from bpflab.views.table import table
from bpflab.views.view import View

__all__ = [
    "Edge",
    "View",
    "accounted",
    "bars",
    "code",
    "diff",
    "flow",
    "grid",
    "histogram",
    "leftovers_start",
    "lines",
    "origins",
    "table",
]
