"""Learn eBPF on a live kernel: load a program, make something happen, look at what it saw."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpflab.errors import LabError, Place

if TYPE_CHECKING:
    from bpflab.bindings.entries import syscall_entry
    from bpflab.compiling.source import find
    from bpflab.course.check import check_answer, check_counts, check_largest, check_program, expect
    from bpflab.data.tally import Rates, Tally
    from bpflab.data.trace import open_trace
    from bpflab.doctor.needs import needs, prefers
    from bpflab.programs.bpfobject import BpfObject, load_object
    from bpflab.programs.cost import cost_ns, result
    from bpflab.programs.leases import hold, pinned
    from bpflab.programs.loading import close, load, loaded
    from bpflab.programs.oneliner import bpftrace
    from bpflab.programs.perf import PerfBuffer
    from bpflab.programs.program import Program
    from bpflab.programs.testrun import invoke
    from bpflab.screen import Live, live, progress
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
    from bpflab.workload.paused import PausedExec
    from bpflab.workload.runs import Run, run
    from bpflab.workload.standby import standby
    from bpflab.workload.steady import steady

_HOMES = {
    "bindings.entries": ("syscall_entry",),
    "compiling.source": ("find",),
    "course.check": ("check_answer", "check_counts", "check_largest", "check_program", "expect"),
    "data.tally": ("Rates", "Tally"),
    "data.trace": ("open_trace",),
    "doctor.needs": ("needs", "prefers"),
    "programs.bpfobject": ("BpfObject", "load_object"),
    "programs.cost": ("cost_ns", "result"),
    "programs.leases": ("hold", "pinned"),
    "programs.loading": ("close", "load", "loaded"),
    "programs.oneliner": ("bpftrace",),
    "programs.perf": ("PerfBuffer",),
    "programs.program": ("Program",),
    "programs.testrun": ("invoke",),
    "screen": ("Live", "live", "progress"),
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
