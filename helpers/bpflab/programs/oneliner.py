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
from bpflab.text import safe_text

_PAUSE_S = 0.02
# bpftrace says how many probes it attaches before it does. One that speaks on either side of the
# line has been attached when it speaks, and whatever the order, then the line has been.
_SPEAKS = 'interval:ms:20 {{ printf("{}"); }}'
_SIGNS = ("bpflab-1", "bpflab-2")
_MOST = 1 << 20  # bytes of what it says that are read
_ENDS_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")  # or its programs would trace for ever


@checked
def bpftrace(line: str, happen: Callable[[], object], *, deadline_s: float = 20.0) -> Any:
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
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as faults:
        child: subprocess.Popen[bytes] | None = None
        try:
            with held_back():
                child = subprocess.Popen(
                    [*_ENDS_WITH_US, path, "-f", "json", "-e", _framed(line)],
                    stdout=out,
                    stderr=faults,
                )
            _wait_until_attached(child, out, faults, deadline_s)
            happen()
            child.send_signal(signal.SIGINT)
            child.wait(deadline_s)
        except subprocess.TimeoutExpired:
            raise _refused("it did not end") from None
        finally:
            if child is not None and child.returncode is None:
                with held_back():
                    child.kill()
                    child.wait()
        found: dict[str, Any] = {}
        for said in _said(out):
            if said["type"] == "map":
                found |= said["data"]
        return found


def _wait_until_attached(
    child: subprocess.Popen[bytes], out: IO[bytes], faults: IO[bytes], deadline_s: float
) -> None:
    ends = time.monotonic() + deadline_s
    while not {said["data"] for said in _said(out) if said["type"] == "printf"} >= set(_SIGNS):
        if child.poll() is not None:
            last = os.pread(faults.fileno(), _MOST, 0).strip().split(b"\n")[-1]
            raise _refused(safe_text(last, 200))
        if time.monotonic() > ends:
            raise _refused(f"it was not attached after {deadline_s:g} s")
        time.sleep(_PAUSE_S)


def _framed(line: str) -> str:
    first, last = (_SPEAKS.format(sign) for sign in _SIGNS)
    return f"{first} {line} {last}"


def _said(out: IO[bytes]) -> list[dict[str, Any]]:
    """Return the whole lines it has printed; the position in the file is the child's."""
    text = os.pread(out.fileno(), _MOST, 0)
    return [json.loads(line) for line in text.split(b"\n")[:-1] if line.startswith(b"{")]


def _refused(reason: str) -> LabError:
    return LabError("no-bpftrace", "bpftrace does not run here.", why=f"{reason}.")
