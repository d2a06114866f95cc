"""The parent's side of the doctor's last check: a child process, its deadline and its facts."""

from __future__ import annotations

import errno
import json
import os
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

from bpflab.bindings.bpf import bpf
from bpflab.errors import LabError
from bpflab.text import safe_text

_BPF_PROG_GET_FD_BY_ID = 13  # enum bpf_cmd, include/uapi/linux/bpf.h


@dataclass(frozen=True)
class Trial:
    """What one attempt to load, fire and remove a program came to.

    Attributes:
        stage: how far it came: ``"started"``, ``"found"``, ``"imported"``, ``"compiled"``,
            ``"loaded"``, ``"attached"`` or ``"done"``.
        file: where ``import bcc`` leads, or an empty text where there is no such package.
        genuine: whether that is the BPF Compiler Collection.
        version: BCC's version, as it says itself.
        tagged: whether this BCC lays out a tagged struct without a name, as newer headers want.
        prog_id: the kernel's id of the program, 0 while there was none.
        fired: how many execs the child made while the program was attached.
        counted: how many of them the program counted.
        late: how many of as many more it counted once it was detached.
        left: whether the kernel still had the program after the child's end.
        timed_out: whether the deadline ended it.
        error: the last lines that Python, BCC, LLVM or the kernel printed, safe to show.
    """

    stage: str = "started"
    file: str = ""
    genuine: bool = False
    version: str = ""
    tagged: bool = False
    prog_id: int = 0
    fired: int = 0
    counted: int = 0
    late: int = 0
    left: bool = False
    timed_out: bool = False
    error: str = ""


def try_program(seconds: float) -> Trial:
    """Run `child` under this interpreter for at most *seconds*, and say what came of it.

    The child holds every file descriptor of the program, so its end (by itself, by LLVM or by the
    deadline's SIGKILL) removes the program and its map.
    """
    script = Path(__file__).with_name("child.py").read_text()
    timed_out = False
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        said, printed = done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        timed_out = True
        said, printed = late.stdout or b"", late.stderr or b""
    trial = replace(read_facts(said), timed_out=timed_out, error=last_lines(printed))
    return replace(trial, left=trial.prog_id > 0 and not is_gone(trial.prog_id))


def read_facts(said: bytes) -> Trial:
    """Merge the child's lines of JSON, the later over the earlier; a line cut short is left out."""
    known = {field.name for field in fields(Trial)}
    facts: dict[str, object] = {}
    for line in said.splitlines():
        try:
            facts |= {key: value for key, value in json.loads(line).items() if key in known}
        except ValueError:
            break
    return Trial(**facts)  # type: ignore[arg-type]  # the child is ours: it writes these types


def last_lines(printed: bytes, count: int = 3) -> str:
    """Return the last *count* lines that say something, on one line.

    Indented lines are left out (a traceback's source, a compiler's carets), and its heading.
    """
    lines = [line for line in printed.splitlines() if line[:1].strip()]
    lines = [line for line in lines if not line.startswith(b"Traceback")]
    return safe_text(b" | ".join(lines[-count:]), limit=400)


def is_gone(prog_id: int, seconds: float = 0.5) -> bool:
    """Wait at most *seconds* until the kernel, which may free it a little later, has let it go."""
    for _ in range(int(seconds / 0.02)):
        if not is_loaded(prog_id):
            return True
        time.sleep(0.02)
    return False


def is_loaded(prog_id: int) -> bool:
    """Ask the kernel whether it still has the program *prog_id*.

    False also where it does not let us ask: bpf(2) BPF_PROG_GET_FD_BY_ID wants CAP_SYS_ADMIN
    (kernel/bpf/syscall.c). There the end of the child must do, which had the only references.
    """
    try:
        fd, _ = bpf(_BPF_PROG_GET_FD_BY_ID, struct.pack("III", prog_id, 0, 0))
    except LabError:  # an architecture whose number of bpf(2) is not known
        return False
    except OSError as error:
        return error.errno not in (errno.ENOENT, errno.EPERM)
    os.close(fd)
    return True
