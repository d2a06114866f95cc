"""A command that a second thread executes: the thread's number is not that of its process."""

from __future__ import annotations

from bpflab.exercises.exercise import Wrong
from bpflab.exercises.outcomes import PYTHON
from bpflab.exercises.trial import plain
from bpflab.programs.program import Program
from bpflab.workload.runs import run

_BY_THREAD = """
import os, sys, threading
other = threading.Thread(target=os.execv, args=(sys.argv[1], ["true"]))
other.start()
other.join()
"""


def by_process(program: Program, path: str, name: str = "events") -> None:
    """Let a second thread execute *path*, which nobody executed before: whose id has its event?

    Raises:
        Wrong: where another number of events than one has this path, or where ``pid`` is not the
            process id.
    """
    own = run(*PYTHON, _BY_THREAD, path)
    frame = program.log(name).frame()
    frame = frame[frame["path"] == path]
    text = "A second thread of a process executed a path"
    if len(frame) != 1:
        raise Wrong(f"{text}.", [("events with this path", 1, len(frame))])
    if (pid := plain(frame["pid"].iloc[0])) != own.pids[0]:
        raise Wrong(f"{text}, and pid is not the process id.", [("pid", own.pids[0], pid)])
