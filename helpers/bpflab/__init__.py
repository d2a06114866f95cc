"""Learn eBPF on a live kernel: load a program, make something happen, look at what it saw."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpflab.errors import LabError, Place

if TYPE_CHECKING:
    from bpflab.background import steady
    from bpflab.check import check_answer, check_counts, check_largest, check_program, expect
    from bpflab.cost import cost_ns, result
    from bpflab.loading import close, load, loaded
    from bpflab.program import Program
    from bpflab.screen import Live, live
    from bpflab.source import find
    from bpflab.tally import Rates, Tally
    from bpflab.text import safe_text
    from bpflab.views import (
        Edge,
        View,
        bars,
        code,
        diff,
        flow,
        grid,
        histogram,
        leftovers_start,
        lines,
        origins,
        table,
    )
    from bpflab.workload import Run, run

_HOMES = {
    "check": ("check_answer", "check_counts", "check_largest", "check_program", "expect"),
    "cost": ("cost_ns", "result"),
    "loading": ("close", "load", "loaded"),
    "program": ("Program",),
    "screen": ("Live", "live"),
    "source": ("find",),
    "tally": ("Rates", "Tally"),
    "background": ("steady",),
    "text": ("safe_text",),
    "views": (
        "Edge",
        "View",
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
    ),
    "workload": ("Run", "run"),
}

__all__ = [
    "Edge",
    "LabError",
    "Live",
    "Place",
    "Program",
    "Rates",
    "Run",
    "Tally",
    "View",
    "bars",
    "check_answer",
    "check_counts",
    "check_largest",
    "check_program",
    "close",
    "code",
    "cost_ns",
    "diff",
    "expect",
    "find",
    "flow",
    "grid",
    "histogram",
    "leftovers_start",
    "lines",
    "live",
    "load",
    "loaded",
    "origins",
    "result",
    "run",
    "safe_text",
    "steady",
    "table",
]


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for: the doctor must run without them."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"bpflab.{home}"), name)
    raise AttributeError(f"module 'bpflab' has no attribute {name!r}")
