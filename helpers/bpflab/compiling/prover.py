"""The child that compiles and verifies first: what ends it ends nothing else.

It reads ``{"text", "marked", "flags", "type"}`` as JSON on its input and writes one JSON object on
its output; what the compiler and the verifier print stays on fd 2, for the parent to read.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
from typing import Any

from bpflab.bindings import engine
from bpflab.compiling.diagnose import ONCE_MORE


def prove(job: dict[str, Any]) -> dict[str, Any]:
    """Compile and load every program of *job*, and say how far that went."""
    try:
        module = engine.Module(job["text"], job["flags"])
    except Exception as error:  # BCC raises plain Exception for every compile error
        return {"stage": "compile", "reason": str(error)}
    functions = module.functions()
    for function in functions:
        try:
            module.load(function, job["type"])
        except Exception as error:
            _list(job)
            return {"stage": "verify", "function": function, "reason": str(error)}
    fields = {t.name: module.event_fields(t.name) for t in module.maps()}
    return {
        "stage": "done",
        "functions": functions,
        "fields": {name: rows for name, rows in fields.items() if rows},
    }


def _list(job: dict[str, Any]) -> None:
    """Print, on fd 2, which line each instruction came from, behind a line that says so."""
    os.write(2, f"\n{ONCE_MORE}\n".encode())  # behind the verifier's log, before more warnings
    with contextlib.suppress(Exception):
        engine.Module(job["marked"], job["flags"], debug=engine.LISTING)


def _end_with(parent: int) -> None:
    """Let the kernel kill us when the process that waits for the answer is no more."""
    ctypes.CDLL(None).prctl(1, ctypes.c_ulong(signal.SIGKILL))  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    _end_with(int(sys.argv[1]))
    json.dump(prove(json.load(sys.stdin)), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # the kernel frees what is loaded; nothing else is worth the wait
