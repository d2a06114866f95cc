"""What a reader sees: pure functions of data, each with HTML and a text that says the same."""

from bpflab.views.accounting import accounted
from bpflab.views.flow import flow
from bpflab.views.grid import grid
from bpflab.views.plot import plot
from bpflab.views.table import table
from bpflab.views.view import View

__all__ = [
    "View",
    "accounted",
    "flow",
    "grid",
    "plot",
    "table",
]
