"""bpftrace beside a lesson: its one line runs while something happens, and its maps come back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import IO, Any

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.workload.child import end, last_line

DEADLINE_S = 20.0
_PAUSE_S = 0.02
_MOST = 1 << 20  # bytes of its output that are read
_ENDS_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")  # or its programs would trace for ever
# bpftrace says how many probes it attaches before it does. One that speaks on either side of the
# line has been attached when it speaks, and whatever the order, then the line has been.
_SIGNS = ("bpflab-1", "bpflab-2")
_FIRST, _LAST = (f'interval:ms:20 {{ printf("{sign}"); }}' for sign in _SIGNS)


@checked
def bpftrace(line: str, happen: Callable[[], object]) -> Any:
    """Attach *line*, call *happen*, end bpftrace; return its maps by name, as its JSON has them.

    Keys arrive as text; a map without a key, as ``@ = count()``, is its value alone.

    Raises:
        LabError: ``no-bpftrace`` where it is not installed or ends before it is attached, which
            it does for all but root; then *happen* was not called.

    >>> bpftrace("tracepoint:syscalls:sys_enter_getppid /pid == 7/ { @[pid] = count(); }", go)
    {'@': {'7': 11}}
    """
    path = shutil.which("bpftrace")
    if path is None:
        raise LabError("no-bpftrace", "bpftrace is not installed.", fix="apt install bpftrace")
    command = [*_ENDS_WITH_US, path, "-f", "json", "-e", f"{_FIRST} {line} {_LAST}"]
    child: subprocess.Popen[bytes] | None = None
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        try:
            with held_back():
                child = subprocess.Popen(command, stdout=out, stderr=errors)
            _wait_until_attached(child, out, errors)
            happen()
            child.send_signal(signal.SIGINT)
            child.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            raise _refused("it did not end") from None
        finally:
            if child is not None:
                end(child)
        return {name: value for of in _printed(out, "map") for name, value in of.items()}


def _wait_until_attached(child: subprocess.Popen[bytes], out: IO[bytes], errors: IO[bytes]) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not set(_printed(out, "printf")) >= set(_SIGNS):
        if child.poll() is not None:
            raise _refused(last_line(os.pread(errors.fileno(), _MOST, 0)))
        if time.monotonic() > ends:
            raise _refused(f"it was not attached after {DEADLINE_S:g} s")
        time.sleep(_PAUSE_S)


def _printed(out: IO[bytes], type: str) -> list[Any]:
    """Return the data of its lines of *type* so far; the position in the file is the child's."""
    lines = os.pread(out.fileno(), _MOST, 0).split(b"\n")[:-1]
    found = [json.loads(line) for line in lines if line.startswith(b"{")]
    return [each["data"] for each in found if each["type"] == type]


def _refused(reason: str) -> LabError:
    return LabError("no-bpftrace", "bpftrace does not run here.", why=f"{reason}.")
