"""The learner's own lessons: made from the stored ones, and kept up to date until they are edited.

``my/NN-topic.ipynb`` is ``notebooks/NN-topic.ipynb`` without outputs. Its metadata say what was
given (``bpflab``), so no other file has to agree with it:

- ``given``, a digest of its cells' texts: while they are the same, nobody has edited the lesson;
- ``lesson``, a digest of all that was given: while it is that of the course's lesson, the course
  has nothing newer.

The standard library is enough: ``./lab fresh`` sets nothing up.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bpflab import files
from bpflab.course import notebooks
from bpflab.errors import LabError
from bpflab.paths import MY, NOTEBOOKS, lessons_in, number_of

_BESIDE = ("img", "solutions")  # what lessons link to by a relative path
_READS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def update() -> Iterator[str]:
    """Bring all lessons in ``my/`` up to date, and yield a line for each thing worth knowing.

    A missing one is written. One that nobody has edited is replaced if the course's has changed;
    outputs are no edit. One that somebody has edited, or that cannot be read, stays as it is. So
    does one whose stored lesson is damaged, that cannot be written, or that is another user's.

    Raises:
        LabError: ``not-yours`` if another user owns ``my/``, or all lessons there; ``not-written``
            if there is none, and the disk takes none: it is full or read-only.
    """
    _make()
    lessons, written = notebooks.lessons(), list[str]()
    foreign = [lesson for lesson in lessons if _is_foreign(MY / lesson.name)]
    if foreign:
        error = _not_yours(*(MY / lesson.name for lesson in foreign))
        if foreign == lessons:
            raise error
        yield str(error)
    for lesson in lessons:
        path = MY / lesson.name
        try:
            if lesson in foreign:
                continue
            if os.path.lexists(path):
                if line := _updated(lesson):
                    yield line
                continue
            text = _copy(lesson)
            with _writing(path):
                files.replace_text(path, text)
            written.append(lesson.name)
        except LabError as error:
            if error.kind == "not-written" and not lessons_in(MY):
                raise
            yield str(error)
    if written and len(written) == len(lessons):
        yield f"{MY.name}/ has your own copy of the {len(lessons)} lessons."
    elif written:
        yield f"Written into {MY.name}/: {', '.join(written)}."


def fresh(lesson: Path) -> str:
    """Start one lesson over, keep what was there beside it, and return a line that says so.

    *lesson* is the stored one, as `notebooks.find` returns it. What was there, readable or not,
    becomes ``NN-topic (1).ipynb``, or the first number that is free.

    Raises:
        LabError: as `update` does; then all is as it was.
    """
    path = MY / lesson.name
    text = _copy(lesson)
    _make()
    if _is_foreign(path):
        raise _not_yours(path)
    with _writing(path):
        if path.is_file() and path.read_bytes() == text.encode():
            return f"{_name(path)} is as the course gives it: nothing was done."
        kept = files.second_name(path)
        try:
            files.replace_text(path, text)
        except BaseException:
            if kept:
                kept.unlink()
            raise
    if not kept:
        return f"{_name(path)} is written."
    return (
        f"{_name(path)} starts over; what was there is now {_name(kept)}."
        " If it is open in JupyterLab: File, then Reload Notebook from Disk."
    )


def _copy(lesson: Path) -> str:
    """Return the text of a lesson's file without outputs and execution counts."""
    try:
        nb: dict[str, Any] = json.loads(lesson.read_text(encoding="utf-8"))
        for cell in nb["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"execution_count": None, "outputs": []}
        nb["metadata"]["bpflab"] = {"lesson": _digest(nb), "given": _texts(nb)}
    except (OSError, *_READS) as error:
        raise LabError(
            "notebook",
            f"{lesson.parent.name}/{lesson.name} cannot be read as a notebook: {error}.",
            fix=f"git status shows what has changed; git checkout {_name(lesson)} undoes it.",
        ) from None
    return json.dumps(nb, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _texts(nb: dict[str, Any]) -> str:
    """Return a digest of the cells' texts. Running the last cell appends an empty one: no edit."""
    cells = [(cell["cell_type"], "".join(cell["source"]).rstrip()) for cell in nb["cells"]]
    return _digest([cell for cell in cells if cell[1]])


def _updated(lesson: Path) -> str:
    """Replace one lesson if it should be; return a line if anything is to be said."""
    path, text = MY / lesson.name, _copy(lesson)
    over = f"./lab fresh {number_of(lesson.name)} starts it over, and keeps yours beside it."
    try:
        old = path.read_bytes()
        mine = json.loads(old)
        now = _texts(mine)
        given = mine["metadata"].get("bpflab", {})
        if given.get("lesson") == json.loads(text)["metadata"]["bpflab"]["lesson"]:
            return ""
    except (OSError, *_READS):
        return f"{_name(path)} cannot be read as a notebook, and stays as it is: {over}"
    try:
        swapped = now == given.get("given") and _swapped(path, old, text)
    except OSError as error:
        return (
            f"{_name(path)} is older than the course's lesson, and stays: {error.strerror}. {over}"
        )
    if swapped:
        return f"{_name(path)} is new: the course's lesson has changed, and you had not edited it."
    return f"{_name(path)} is edited, and the course's lesson is newer: {over}"


def _swapped(path: Path, old: bytes, text: str) -> bool:
    """Replace a file unless somebody saves it meanwhile; return whether it is replaced.

    JupyterLab empties the file that it opens, and then writes. So whoever had opened the old file
    before it was replaced has changed it by now, and what they write still goes there.

    Raises:
        OSError: the disk is full, read-only, or has no hard links; the file is then as it was.
    """
    aside = path.with_name(f".bpflab-{os.getpid()}.{path.name}.old")
    os.link(path, aside)
    try:
        files.replace_text(path, text)
        if aside.read_bytes() != old:
            aside.replace(path)
            return False
        return True
    finally:
        aside.unlink(missing_ok=True)


def _make() -> None:
    """Make `MY`, and in it what the lessons link to."""
    with _writing(MY):
        MY.mkdir(exist_ok=True)
    if _is_foreign(MY):
        raise _not_yours(MY)
    for name in _BESIDE:
        with contextlib.suppress(OSError):  # perhaps the learner's own, or a disk without links
            (MY / name).symlink_to(Path("..", NOTEBOOKS.name, name))


def _is_foreign(path: Path) -> bool:
    """Return whether another user owns a file, and lets nobody else write.

    One's own may be read-only: then the write has the reason.
    """
    try:
        return os.geteuid() not in (0, path.stat().st_uid) and not os.access(
            path, os.W_OK, effective_ids=True
        )
    except OSError:
        return False


def _not_yours(*paths: Path) -> LabError:
    return LabError(
        "not-yours",
        f"Not yours, so that nothing could be saved there: {', '.join(map(_name, paths))}.",
        why="./lab ran as another user before, perhaps with sudo.",
        fix=f'sudo chown -R "$USER" "{MY}", or make a clone of your own.',
    )


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Make of a fault of the disk one that names *path*."""
    try:
        yield
    except OSError as error:
        raise LabError(
            "not-written", f"{_name(path)} cannot be written: {error.strerror}."
        ) from None


def _name(path: Path) -> str:
    """Return a path as one types it in the clone."""
    return os.path.relpath(path, MY.parent)
