"""A file of C as a reader wants it, by its name: numbered and marked, or what changed in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.source import Source, find
from bpflab.views.code import code, diff
from bpflab.views.view import View


@checked
def show(
    what: str | Source,
    title: str = "",
    *,
    marks: Iterable[str] = (),
    since: str | Source | None = None,
) -> View:
    """Return a file of C with line numbers, or how it differs from the file *since*.

    *what* is a file under ``bpf/``: ``"first_map/cut"`` for a ``.c``, or with its suffix,
    ``"include/path.h"``. A text of several lines is shown itself, under its *title*; so is the
    text of a `Source`. Lines that hold one of *marks* have a sign and a colour. A mark is text,
    since lines move when the file changes.

    With *since*, which is given like *what*, the view has the changes and two lines around each.

    Raises:
        LabError: ``no-source`` where there is no such file, or where *what* is several files;
            ``no-mark`` where no line holds a mark.

    >>> show("first_map/cut", marks=["char path"])
    >>> show("first_map/right_map", since="first_map/cut")
    """
    name, text = _file(what)
    if since is None:
        return code(text, title or name, marks=marks)
    if list(marks):
        raise LabError("argument", "A listing has marks or a file to compare with, and not both.")
    before, old = _file(since)
    before, name = _apart(before, title or name)
    return diff(old, text, before, name)


def _file(what: str | Source) -> tuple[str, str]:
    """Return the path and the text of the one file that is meant."""
    if isinstance(what, str):
        if "\n" in what:
            return "program.c", what
        what = find(what)
    several = [name for name in what.written if not name.endswith(".h")]
    if len(several) > 1:
        names = ", ".join(name.removeprefix("bpf/").removesuffix(".c") for name in several)
        raise LabError("no-source", f"{what.name} is several files.", fix=f"Show one of {names}.")
    file = next(iter(what.written))
    return file, what.written[file]


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return two paths without the folders that both begin with.

    >>> _apart("bpf/tail_calls/2-split/hook.c", "bpf/tail_calls/3-three/hook.c")
    ('2-split/hook.c', '3-three/hook.c')
    """
    ours, theirs = PurePath(one).parts, PurePath(other).parts
    same = 0
    while same < min(len(ours), len(theirs)) - 1 and ours[same] == theirs[same]:
        same += 1
    return str(PurePath(*ours[same:])), str(PurePath(*theirs[same:]))
