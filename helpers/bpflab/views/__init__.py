"""What a reader sees: pure functions of data, each with HTML and a text that says the same."""

from bpflab.views.bytes import grid, leftovers_start, origins
from bpflab.views.code import code, diff
from bpflab.views.flow import Edge, flow
from bpflab.views.newest import accounted, newest
from bpflab.views.plot import bars, lines
from bpflab.views.slots import histogram
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
    "newest",
    "origins",
    "table",
]
