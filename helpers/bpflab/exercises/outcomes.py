"""Calls of execve that end in known ways, and what to say where no event of them came."""

from __future__ import annotations

import contextlib
import errno
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bpflab.exercises.exercise import Wrong
from bpflab.programs.program import Program

TRY = """
import os, sys, threading
def call(paths):
    for path in paths:
        try:
            os.execv(path, [path])
        except OSError:
            pass
half = len(sys.argv) // 2
other = threading.Thread(target=call, args=(sys.argv[1:half],))
other.start()
other.join()
call(sys.argv[half:])
"""
"""Executes each path that it is given: the first half of them in a second thread."""
BY_THREAD = """
import os, pathlib, sys, threading
def call():
    pathlib.Path(sys.argv[1]).write_text(str(threading.get_native_id()))
    os.execv(sys.argv[2], ["true"])
other = threading.Thread(target=call)
other.start()
other.join()
"""
"""Notes its second thread's number in a file, and lets that thread execute a path."""
PYTHON = (sys.executable, "-I", "-c")
"""Python, which executes one of these texts. It is executed itself, once, and succeeds."""


@contextlib.contextmanager
def ways_to_fail() -> Iterator[dict[str, int]]:
    """Give a block paths that cannot be executed, in an order of chance, each with its errno."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, mode in {"plain": 0o644, "empty": 0o755}.items():
            (folder / file).touch()
            (folder / file).chmod(mode)
        (folder / "directory").mkdir()
        (folder / "loop").symlink_to("loop")
        ways = {
            "missing": errno.ENOENT,
            "directory": errno.EACCES,
            "plain": errno.EACCES,
            "empty": errno.ENOEXEC,
            "loop": errno.ELOOP,
            "plain/inside": errno.ENOTDIR,
            "x" * 256: errno.ENAMETOOLONG,
        }
        order = random.sample(sorted(ways), len(ways))
        yield {str(folder / file): ways[file] for file in order}


def nothing_came(program: Program, text: str, name: str = "events") -> Wrong:
    """Return *text*, and whether events came that say they are of process 0: it makes no calls."""
    frame = program.log(name).frame()
    if "pid" in frame and (frame["pid"] == 0).any():
        return Wrong(f"{text} But events came with 0 in pid.")
    return Wrong(text, status="silent")
