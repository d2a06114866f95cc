"""What was compiled and accepted, on disk: a known text is not compiled again.

A file that is damaged, foreign, unreadable or of other facts costs a compile and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bpflab.files import replace_text
from bpflab.paths import cache

_FORMAT = 1  # of the files: another one is another key
_MOST = 400  # files; a lesson has at most thirty texts, and each edit makes another
Kept = TypeVar("Kept")


def read(facts: list[object], make: Callable[[dict[str, Any]], Kept]) -> Kept | None:
    """Return what *make* makes of the answer kept for *facts*, or None."""
    path = _path(facts)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, IndexError):
        digest, _, text = _text(path).partition("\n")
        if digest == _digest(text):
            return make(json.loads(text))
    return None


def write(facts: list[object], answer: dict[str, Any]) -> None:
    """Keep *answer* whole or not at all; a full or read-only disk only costs the next compile."""
    path, text = _path(facts), json.dumps(answer)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, f"{_digest(text)}\n{text}")
        _bound(path.parent)


def _path(facts: list[object]) -> Path:
    uname = platform.uname()  # without the name of the host, which a network may change
    kernel = [uname.system, uname.release, uname.version, uname.machine]
    name = _digest(repr([_FORMAT, *facts, *kernel]))
    return cache() / "images" / f"{name}.json"


def _text(path: Path) -> str:
    """Return the text of a file that this user or root wrote: what it holds will be loaded.

    Raises:
        OSError: where there is none. A pipe in its place is not waited for.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK | os.O_NOFOLLOW)

    with open(path, encoding="utf-8", opener=opener) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in (0, os.geteuid()):
            raise PermissionError(path)
        return file.read()


def _bound(folder: Path) -> None:
    """Remove the oldest files above the limit."""
    files = [path for path in folder.iterdir() if path.suffix == ".json"]
    if len(files) > _MOST:
        files.sort(key=lambda path: path.lstat().st_mtime)
        for path in files[: len(files) - _MOST]:
            with contextlib.suppress(OSError):  # a directory, another user's, or gone by now
                path.unlink()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
