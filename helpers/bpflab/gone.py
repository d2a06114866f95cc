"""Names that an older copy of a lesson imports, and what does the same now."""

from __future__ import annotations

from bpflab.errors import LabError

NOW = {
    "Edge": 'flow("caption", nodes, [("hook", "filter", 7)]): an edge is a tuple.',
    "PausedExec": 'standby(execve="/usr/bin/true").',
    "PerfBuffer": "program.perf_buffer(pages=8).",
    "bars": 'plot(counts, "caption", kind="bar", unit="calls").',
    "code": 'show("first_map/cut"): it takes the name of a file.',
    "cost_ns": 'program.cost_ns("name").',
    "diff": 'show("first_map/right_map", since="first_map/cut").',
    "histogram": 'plot(values, "caption", kind="hist", unit="ns").',
    "hold": 'program.hold("map", "function").',
    "hook": 'inspect.hook("openat").',
    "hooks": 'inspect.hooks("open").',
    "invoke": 'program.invoke("name").',
    "leftovers_start": 'grid(now, "caption", before=before).left_over_from.',
    "lines": 'plot(frame, "caption", kind="line", unit="ns").',
    "loaded": "close(), which closes all programs and says what is left.",
    "open_trace": "inspect.trace().",
    "origins": 'grid(now, "caption", before=before): it finds the origins itself.',
    "pinned": 'map.pinned(), where map is program.maps["name"].',
    "prefers": 'needs("programs", optional={"kprobes": "what it does without"}).',
    "result": 'program.invoke("name").',
    "steady": 'run(["/usr/bin/true"], per_second=2, seconds=60).',
    "syscall_entry": 'inspect.syscall_entry("execve").',
}
"""What to write in the place of each name."""


def refuse(name: str) -> None:
    """Raise the error of a name that the package had; of another name say nothing.

    Raises:
        LabError: ``gone``, with what does the same now.

    >>> refuse("code")
    """
    if name in NOW:
        raise LabError(
            "gone",
            f"bpflab has no {name} any more.",
            why="This copy of the lesson is older than the package.",
            fix=f"Write {NOW[name]} Or start the lesson over: ./lab fresh and its number.",
        )
