"""One command at a time: checked, started, ended, and nothing left of it."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text
from bpflab.workload.child import end

Argument = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def execute(
    command: list[str | bytes],
    seconds: float,
    started: Callable[[int], None],
    uid: int | None = None,
) -> int:
    """Run *command* to its end, and return its status; however this ends, no process is left.

    One function on purpose: an interrupt between a context manager and its block would leave one.

    Raises:
        TimeoutExpired: of subprocess, where *seconds* are over, or were before it could start.
    """
    if seconds <= 0:
        raise subprocess.TimeoutExpired(command, seconds)
    child: subprocess.Popen[bytes] | None = None
    try:
        with held_back():
            child = _start(command, uid)
            started(child.pid)
        return child.wait(seconds)
    finally:
        if child is not None:
            end(child)


def _start(command: list[str | bytes], uid: int | None) -> subprocess.Popen[bytes]:
    # A path with a slash: subprocess makes one execve call and tries no directory of PATH.
    other: dict[str, Any] = {}
    if uid is not None and uid != os.geteuid():
        other = {"user": uid, "group": _group(uid), "extra_groups": []}
    nothing = subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, **other)
    except OSError as error:
        if other and error.errno == errno.EPERM:
            raise LabError(
                "privilege",
                f"This process may not run a command as user {uid}.",
                why="To become another user it needs CAP_SETUID and CAP_SETGID.",
                fix="Leave uid out, or start the lab as root.",
            ) from None
        reason = os.strerror(error.errno or 0)
        shown = safe_text(command[0], 200)
        raise LabError("no-command", f"{shown} cannot be executed: {reason}.") from None


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:  # a user without an entry: the group of the same number
        return uid


def command_line(path: Argument, *args: Argument) -> list[str | bytes]:
    """Return the command, once it is known to be one that execve takes.

    Raises:
        LabError: ``not-absolute``, ``no-command``, or ``argument`` for one that is no C string.
    """
    name = os.fspath(path)
    file = Path(os.fsdecode(name))
    shown = safe_text(name, 200)
    if not file.is_absolute():
        found = shutil.which(file)
        raise LabError(
            "not-absolute",
            f"{shown!r} is not an absolute path.",
            why="A name is searched along PATH, and each failed try is one more execve call.",
            fix=f"run({str(Path(found).absolute())!r})" if found else "",
        )
    if not file.is_file():
        words = os.fsdecode(name).split()
        fix = f"run({', '.join(map(repr, words))})" if words and Path(words[0]).is_file() else ""
        raise LabError("no-command", f"There is no file {shown}.", fix=fix)
    if not os.access(file, os.X_OK):
        fix = f"chmod +x {shown}" if _is_program(file) else ""
        raise LabError("no-command", f"{shown} is not executable.", fix=fix)
    return [name, *map(_argument, args)]


def _is_program(file: Path) -> bool:
    """Return whether *file* begins as a program or a script does."""
    try:
        with file.open("rb") as opened:
            return opened.read(4).startswith((b"\x7fELF", b"#!"))
    except OSError:
        return False


def _argument(given: Argument) -> str | bytes:
    value = os.fspath(given)
    with contextlib.suppress(UnicodeEncodeError):
        if b"\0" not in os.fsencode(value):
            return value
    message = f"A command cannot be given {safe_text(value, 60)!r}: it is no C string."
    raise LabError("argument", message, fix="Leave the NUL or the lone surrogate out.")
