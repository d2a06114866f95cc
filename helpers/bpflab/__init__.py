"""Learn eBPF on a live kernel: load a program, make something happen, look at what it saw."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpflab.errors import LabError, Place

if TYPE_CHECKING:
    from bpflab.bpfobject import BpfObject, load_object
    from bpflab.check import check_answer, check_counts, check_largest, check_program, expect
    from bpflab.cost import cost_ns, result
    from bpflab.doctor.needs import needs, prefers
    from bpflab.entries import syscall_entry
    from bpflab.leases import hold, pinned
    from bpflab.loading import close, load, loaded
    from bpflab.oneliner import bpftrace
    from bpflab.perf import PerfBuffer
    from bpflab.program import Program
    from bpflab.screen import Live, live, progress
    from bpflab.source import find
    from bpflab.tally import Rates, Tally
    from bpflab.testrun import invoke
    from bpflab.text import safe_text
    from bpflab.trace import open_trace
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
    from bpflab.workload.paused import PausedExec
    from bpflab.workload.runs import Run, run
    from bpflab.workload.standby import standby
    from bpflab.workload.steady import steady

_HOMES = {
    "check": ("check_answer", "check_counts", "check_largest", "check_program", "expect"),
    "cost": ("cost_ns", "result"),
    "doctor.needs": ("needs", "prefers"),
    "entries": ("syscall_entry",),
    "leases": ("hold", "pinned"),
    "loading": ("close", "load", "loaded"),
    "oneliner": ("bpftrace",),
    "perf": ("PerfBuffer",),
    "program": ("Program",),
    "screen": ("Live", "live", "progress"),
    "source": ("find",),
    "tally": ("Rates", "Tally"),
    "bpfobject": ("BpfObject", "load_object"),
    "testrun": ("invoke",),
    "text": ("safe_text",),
    "trace": ("open_trace",),
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
    "workload.paused": ("PausedExec",),
    "workload.runs": ("Run", "run"),
    "workload.standby": ("standby",),
    "workload.steady": ("steady",),
}

__all__ = [
    "BpfObject",
    "Edge",
    "LabError",
    "Live",
    "PausedExec",
    "PerfBuffer",
    "Place",
    "Program",
    "Rates",
    "Run",
    "Tally",
    "View",
    "bars",
    "bpftrace",
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
    "hold",
    "invoke",
    "leftovers_start",
    "lines",
    "live",
    "load",
    "load_object",
    "loaded",
    "needs",
    "open_trace",
    "origins",
    "pinned",
    "prefers",
    "progress",
    "result",
    "run",
    "safe_text",
    "standby",
    "steady",
    "syscall_entry",
    "table",
]


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for: the doctor must run without them."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"bpflab.{home}"), name)
    raise AttributeError(f"module 'bpflab' has no attribute {name!r}")
