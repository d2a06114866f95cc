"""Files that are there whole or not at all, and what killed processes left behind."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

_HEAD = ".bpflab-"  # a learner has hidden files of other names, such as .2024-notes.md


def replace_text(path: Path, text: str) -> None:
    """Write *text* to *path*: the file there is the old one until the new one is complete.

    The new one has the old one's mode. A process killed in the middle leaves a temporary file,
    which the next call in this folder removes.

    Raises:
        OSError: as a full or read-only disk does; the file is then as it was.
    """
    sweep(path.parent, _HEAD)
    writer = f"{os.getpid()}.{threading.get_native_id()}"  # two threads may write one file
    part = path.with_name(f"{_HEAD}{writer}.{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except BaseException:  # an interrupt too
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def second_name(path: Path, word: str = "") -> Path | None:
    """Give a file a second name that nothing has, and return that, or None if there is no file.

    Of ``progress.json`` and the word ``damaged`` it is ``progress (damaged 1).json``, or the first
    number that is free. Where the disk has no hard links, as a USB stick, the file is copied.

    Raises:
        OSError: as a full or read-only disk does; then there is no second one.
    """
    for number in itertools.count(1):
        name = path.with_stem(f"{path.stem} ({f'{word} {number}'.strip()})")
        try:
            try:
                os.link(path, name, follow_symlinks=False)
            except (FileExistsError, FileNotFoundError):
                raise
            except OSError:
                _copy(path, name)
            return name
        except FileExistsError:
            continue
        except FileNotFoundError:
            return None
    raise AssertionError


def _copy(path: Path, name: Path) -> None:
    """Copy a file to a name that nothing may have, whole or not at all."""
    with path.open("rb") as old, name.open("xb") as new:
        try:
            shutil.copyfileobj(old, new)
            shutil.copymode(path, name)
        except BaseException:
            name.unlink()
            raise


def sweep(folder: Path, head: str, remove: Callable[[Path], None] = Path.unlink) -> None:
    """Remove the files ``<head><pid>-*`` and ``<head><pid>.*`` whose process no longer exists.

    *head* has the package's name in it, so that no file of a learner's can match.
    """
    for path in folder.glob(f"{head}[0-9]*"):
        pid = re.match(r"(\d+)[-.]", path.name.removeprefix(head))
        if pid and not Path("/proc", pid[1]).exists():
            with contextlib.suppress(OSError):
                remove(path)
